import type { UpstreamAppConfig } from '../../config/config.ts'
import type { Logger } from '../../telemetry/logger.ts'
import type { ForwardTarget } from '../forward/target.ts'
import { connectionsTo, secureContextOf } from './agents.ts'
import { toTargetPath } from './path.ts'
import { answerRewriter } from './rewrite.ts'
import type { Sticky } from './sticky.ts'
import { Target } from './target.ts'

/** Makes the targets of an app: everything that a request needs of config is worked out here. */
export function makeTargets(
  app: UpstreamAppConfig,
  sticky: Sticky | undefined,
  logger: Logger,
): Target[] {
  const { breaker, ejection, maxHeaderSize, timeouts } = app
  const secureContext = secureContextOf(app.tls)
  const rewrite = answerRewriter(app.targets, app.path)
  const toPath = toTargetPath(app.path)
  return app.targets.map((config, index) => {
    const forward: ForwardTarget = {
      ...config.endpoint,
      ...connectionsTo(config.endpoint, app.tls, secureContext, maxHeaderSize),
      maxHeaderSize,
      timeouts,
      ...(app.host === 'rewrite' && { headers: { host: config.authority } }),
      ...(toPath && { toPath }),
      rewrite(headers, req) {
        rewrite(headers, req)
        if (sticky === undefined || sticky.read(req.headers.cookie) === index) return
        const isSecure = req.headers['x-forwarded-proto'] === 'https'
        headers.push('set-cookie', sticky.write(index, isSecure))
      },
    }
    return new Target({ config, forward, breaker, ejection, logger })
  })
}
