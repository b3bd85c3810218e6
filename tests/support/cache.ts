import type { RequestListener } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { fetchOn } from './http.ts'
import type { LogLine } from './tenantry.ts'

/** Answers each request with its number and its target. */
export function answering(
  cacheControl: string | undefined,
  headers: Record<string, string | string[]> = {},
): RequestListener {
  let n = 0
  return (req, res) => {
    n++
    if (cacheControl !== undefined) res.setHeader('cache-control', cacheControl)
    res.writeHead(200, { 'content-type': 'text/plain', ...headers })
    res.end(`answer ${n} to ${req.url}`)
  }
}

export const PAGE = 'http://acme.localhost/page'

export function get(
  { port }: { readonly port: number },
  url: string = PAGE,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetchOn(port, url, { headers })
}

export async function text(
  gateway: { readonly port: number },
  url: string = PAGE,
  headers: Record<string, string> = {},
): Promise<string> {
  return (await get(gateway, url, headers)).text()
}

/** The lines of the access log. */
export function requests({ log }: { readonly log: readonly LogLine[] }): LogLine[] {
  return log.filter((line) => line['event'] === 'request')
}

/** What clients in this process have sent is with the gateway, which is in it too. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 300; i++) await turn()
}

const PATIENCE = 15_000

/** Waits until it holds; of what the gateway does by itself. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`never came: ${String(holds)}`)
    await turn()
  }
}
