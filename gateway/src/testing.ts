import { resolve } from 'node:path'
import type { Config } from './config/config.ts'
import { createGateway } from './gateway.ts'
import { silentLogger } from './telemetry/logger.ts'
import type { Resolution } from './tenants/resolve.ts'
import { startEcho } from './testing/echo-instance.ts'
import { fetchOn, type TestRequest } from './testing/fetch.ts'
import { resolveIn } from './testing/matchers.ts'

export { loadConfig } from './config/load.ts'
export type { Echo } from './testing/echo-instance.ts'
export type { TestRequest } from './testing/fetch.ts'
export { routingMatchers, type Routed } from './testing/matchers.ts'

export interface TestGatewayOptions {
  /** Folder of the config. Default: `config`. */
  readonly configDir?: string
}

/** A real gateway on a free port, whose apps are stand-ins that answer with what arrived (`Echo`, as JSON). */
export interface TestGateway extends AsyncDisposable {
  readonly config: Config
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** Sends a request through the gateway to the host that the URL names; redirects are not followed. */
  fetch(url: string, init?: TestRequest): Promise<Response>
  /** Where a URL goes, and why, without a request. */
  resolve(url: string): Resolution
  close(): Promise<void>
}

/**
 * Starts a gateway for tests over a real config. No app is started or need be built.
 * @throws {ConfigError} with every issue of the config
 */
export async function createTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const gateway = await createGateway(
    {
      configDir: resolve(options.configDir ?? 'config'),
      mode: 'production',
      logger: silentLogger(),
      env: {},
      host: '127.0.0.1',
      port: 0,
    },
    { startInstance: startEcho, watch: false },
  )
  await gateway.start()
  const close = (): Promise<void> => gateway.close()
  return {
    config: gateway.config,
    url: `http://127.0.0.1:${gateway.port}`,
    fetch: (url, init) => fetchOn(gateway.port, url, init),
    resolve: (url) => resolveIn(gateway.config, url),
    close,
    [Symbol.asyncDispose]: close,
  }
}
