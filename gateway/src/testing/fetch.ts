import { request } from 'node:http'
import type { LookupFunction } from 'node:net'

export interface TestRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const toLoopback: LookupFunction = (_host, options, callback) => {
  if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }])
  else callback(null, '127.0.0.1', 4)
}

/**
 * Sends a request to the gateway on loopback, whatever host the URL names; redirects are not followed.
 * @param port the gateway's own; a port in the URL is what the Host header says
 */
export function fetchOn(port: number, url: string, init: TestRequest = {}): Promise<Response> {
  const { host, pathname, search } = new URL(url)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: 'gateway.localhost',
        port,
        lookup: toLoopback,
        agent: false,
        method: init.method ?? 'GET',
        path: pathname + search,
        headers: { host, ...init.headers },
      },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.once('error', reject)
        answer.once('end', () => {
          const headers = new Headers()
          for (let i = 0; i < answer.rawHeaders.length; i += 2) {
            headers.append(answer.rawHeaders[i] as string, answer.rawHeaders[i + 1] as string)
          }
          const status = answer.statusCode ?? 0
          const isNull = status === 204 || status === 205 || status === 304
          resolve(new Response(isNull ? null : Buffer.concat(chunks), { status, headers }))
        })
      },
    )
    sent.once('error', reject)
    sent.end(init.body)
  })
}
