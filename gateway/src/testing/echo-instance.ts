import type { AppConfig } from '../config/config.ts'
import type { Instance, InstanceEnd } from '../instances/instance.ts'

/** What an echo instance answers: who was asked for, and what arrived. */
export interface Echo {
  readonly app: string
  readonly tenant: string
  readonly host: string
  readonly subdomain: string
  readonly props: unknown
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** Stands in the place of an app: answers every request with what arrived. */
export function startEcho(app: AppConfig, generation: number): Promise<Instance> {
  let end: ((end: InstanceEnd) => void) | undefined
  const ended = new Promise<InstanceEnd>((resolve) => (end = resolve))
  return Promise.resolve({
    name: `${app.id}#${generation}`,
    ended,
    handle(req, res) {
      const { headers } = req
      const echo: Echo = {
        app: app.id,
        tenant: String(headers['x-tenant-id']),
        host: String(headers['x-tenant-host']),
        subdomain: String(headers['x-tenant-subdomain'] ?? ''),
        props: JSON.parse(String(headers['x-tenant-props'])),
        method: req.method ?? '',
        path: req.url ?? '',
        headers,
      }
      req.resume()
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(echo))
    },
    upgrade: (_req, socket) =>
      void socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n'),
    probe: () => Promise.resolve(200),
    close() {
      end?.({ expected: true, reason: 'closed' })
      return Promise.resolve()
    },
  })
}
