// Varnish with one pool of threads, since it has one core. Its log stays as it is by default: on, in shared memory.
// What says nothing of caches is not kept: the default is two minutes, which would keep dynamic answers.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { untilAnswered } from './servers.js'
import { findCommand, freePort } from './stage.js'

/** Varnish in front of an upstream. */
export async function startVarnish(stage, upstreamPort, name = 'varnish + next start') {
  const port = await freePort()
  const folder = join(stage.folder, 'varnish')
  const vcl = join(stage.folder, 'bench.vcl')
  await mkdir(folder)
  await writeFile(vcl, configuration(upstreamPort))
  const parameters = {
    thread_pools: 1,
    thread_pool_min: 100,
    thread_pool_max: 2000,
    default_ttl: 0,
  }
  const options = {
    '-j': 'none',
    '-n': folder,
    '-T': 'none',
    '-a': `127.0.0.1:${port}`,
    '-f': vcl,
    '-s': 'malloc,256m',
  }
  const args = ['-F', ...Object.entries(options).flat()]
  for (const [key, value] of Object.entries(parameters)) args.push('-p', `${key}=${value}`)
  const server = stage.start(name, findCommand('varnishd'), args)
  await untilAnswered(server, port, '127.0.0.1')
  return { ...server, port, host: `127.0.0.1:${port}` }
}

function configuration(upstreamPort) {
  return `vcl 4.1;
backend default {
  .host = "127.0.0.1";
  .port = "${upstreamPort}";
}
`
}
