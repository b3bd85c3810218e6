import type { Logger } from '../../telemetry/logger.ts'
import { current } from './compartment.ts'

/**
 * Next.js swallows what app code throws outside of requests. In the gateway's process it is logged with the app's name;
 * what is the gateway's own ends it, as it would without apps.
 */
export function logUncaught(logger: Logger): void {
  const handle = (event: string) => (error: unknown) => {
    const app = current()?.app
    if (app !== undefined) {
      logger.error({ event: 'app.uncaught', app, err: error }, `${event} in app code`)
      return
    }
    logger.fatal({ event: 'gateway.uncaught', err: error }, event)
    logger.flush()
    process.exit(1)
  }
  process.on('uncaughtException', handle('uncaught exception'))
  process.on('unhandledRejection', handle('unhandled rejection'))
}
