import './deprecated-extend.ts'
import type { Agent, ClientRequest } from 'node:http'
import httpProxy from 'http-proxy'
import type { Hop } from './hop.ts'
import type { ForwardTarget } from './target.ts'

/** http-proxy hands its options on to its events: they carry the hop that a request makes. */
export type HopOptions = httpProxy.ServerOptions & { readonly hop: Hop }

/**
 * http-proxy 1.18.1; this folder alone knows of it. Its passes `deleteLength`, `timeout`, `XHeaders` and
 * `checkMethodAndHeader` are left out: the first makes a chunked DELETE a smuggled request, the others are the pipeline's work.
 */
export const proxy: httpProxy = httpProxy.createProxyServer({
  toProxy: true,
  // The path is set as the request is made: http-proxy would collapse `//`, the app gets it byte for byte.
  ignorePath: true,
  xfwd: false,
  secure: true,
  selfHandleResponse: true,
})
const passes = proxy as unknown as Record<
  'webPasses' | 'wsPasses',
  ((...args: never[]) => unknown)[]
>
passes.webPasses = passes.webPasses.filter((pass) => pass.name === 'stream')
passes.wsPasses = passes.wsPasses.filter((pass) => pass.name === 'stream')
// With its own listener alone, http-proxy throws what it is told of.
proxy.on('error', () => {})

/** What every request gives http-proxy. @param buffer in the place of the request's body */
export function optionsOf(
  target: ForwardTarget,
  agent: Agent | undefined,
  hop: Hop,
  buffer?: Pipe,
): HopOptions {
  // One literal: to spread several costs more than what http-proxy does with it.
  return {
    target: target as never,
    hop,
    agent,
    headers: target.headers,
    buffer: buffer as never,
  }
}

/** Called with the request that http-proxy has made, in the place of a stream's `pipe`. */
interface Pipe {
  pipe(sent: ClientRequest): void
}
