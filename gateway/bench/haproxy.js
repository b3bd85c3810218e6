// HAProxy with one thread, as its users tune it: kept-alive connections that requests share, room for many of them, and a
// line of log for each request, written where the gateway writes its own: to standard output, which is a file here.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { untilAnswered } from './servers.js'
import { findCommand, freePort } from './stage.js'

/** HAProxy in front of an upstream. */
export async function startHaproxy(stage, upstreamPort, name = 'haproxy') {
  const port = await freePort()
  const file = join(stage.folder, 'haproxy.cfg')
  await writeFile(file, configuration(port, upstreamPort))
  const server = stage.start(name, findCommand('haproxy'), ['-db', '-f', file])
  await untilAnswered(server, port, '127.0.0.1')
  return { ...server, port, host: `127.0.0.1:${port}` }
}

function configuration(port, upstreamPort) {
  return `
global
  nbthread 1
  maxconn 4096
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  option forwardfor
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend clients
  bind 127.0.0.1:${port} backlog 4096
  default_backend app
backend app
  server one 127.0.0.1:${upstreamPort} pool-max-conn 2048
`
}
