import './deprecated-extend.ts'
import type { Agent } from 'node:http'
import httpProxy from 'http-proxy'
import type { Hop } from './hop.ts'
import type { ForwardTarget } from './target.ts'

/** http-proxy hands its options on to its passes. */
interface RequestOptions extends httpProxy.ServerOptions {
  readonly forwarding: { send(): void }
}

/** And to its events: they carry the hop that an upgrade makes. */
export interface UpgradeOptions extends httpProxy.ServerOptions {
  readonly hop: Hop
  readonly made: MadeUpgrade
}

/** What the library has made, for whoever asked it to. */
interface MadeUpgrade {
  /** Puts the gateway's own listeners in the place of those of the library, once that has set them. */
  listen?: () => void
}

type Pass = (req: unknown, res: unknown, options: RequestOptions) => void

/**
 * http-proxy 1.18.1; this folder alone knows of it. Its passes `deleteLength`, `timeout`, `XHeaders` and
 * `checkMethodAndHeader` are left out: the first makes a chunked DELETE a smuggled request, the others are the pipeline's work.
 * Where `stream` would send a request, the gateway does so over connections of its own; upgrades go the library's way.
 */
export const proxy: httpProxy = httpProxy.createProxyServer({
  toProxy: true,
  // The path is set as the request is made: http-proxy would collapse `//`, the app gets it byte for byte.
  ignorePath: true,
  xfwd: false,
  secure: true,
})
const passes = proxy as unknown as { webPasses: Pass[]; wsPasses: { readonly name: string }[] }
passes.webPasses = [(_req, _res, { forwarding }) => forwarding.send()]
passes.wsPasses = passes.wsPasses.filter(({ name }) => name === 'stream')
// With its own listener alone, http-proxy throws what it is told of.
proxy.on('error', () => {})

/** What every request gives http-proxy. @param forwarding sends it */
export function requestOptions(
  target: ForwardTarget,
  forwarding: RequestOptions['forwarding'],
): RequestOptions {
  return { target: target as never, forwarding }
}

/** What every upgrade gives http-proxy. */
export function upgradeOptions(
  target: ForwardTarget,
  agent: Agent | undefined,
  hop: Hop,
): UpgradeOptions {
  return { target: target as never, hop, made: {}, agent, headers: target.headers }
}
