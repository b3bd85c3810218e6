import type { TargetConfig } from './config.ts'

const DEFAULT_PORTS = { 'http:': 80, 'https:': 443 }

/**
 * Reads the URL of a target.
 * @returns a message where it is not one
 */
export function parseTarget(text: string, weight: number): TargetConfig | string {
  if (text.startsWith('unix:')) return parseSocket(text, weight)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:\/\//i.test(text)) {
    return 'is no URL of a server: write it as http://host:port, https://host:port or unix:/path/of.sock'
  }
  if (url.username !== '' || url.password !== '') return 'names a user: leave out user and password'
  if (url.pathname !== '/' || text.endsWith('/') || url.search !== '' || url.hash !== '') {
    return 'has more than host and port: leave the rest out, path.add puts a path in front'
  }
  const protocol = url.protocol as keyof typeof DEFAULT_PORTS
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? DEFAULT_PORTS[protocol] : Number(url.port)
  if (port === 0) return 'has port 0: write the port that the server listens on'
  return { name: url.origin, weight, endpoint: { protocol, host, port }, authority: url.host }
}

function parseSocket(text: string, weight: number): TargetConfig | string {
  const socketPath = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '')
  // What Linux takes, in bytes (`sun_path` of unix(7), without its end).
  if (
    !socketPath.startsWith('/') ||
    socketPath.includes('\0') ||
    Buffer.byteLength(socketPath) > 107
  ) {
    return 'is no Unix socket: write unix: and an absolute path of at most 107 bytes'
  }
  return { name: `unix:${socketPath}`, weight, endpoint: { socketPath }, authority: 'localhost' }
}
