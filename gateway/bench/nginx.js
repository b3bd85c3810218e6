// nginx with one worker, as its users tune it: kept-alive connections on both sides, sendfile, full packets, buffers that
// hold a whole answer, and the access log gathered in 4 KB as the gateway gathers its own.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { untilAnswered } from './servers.js'
import { findCommand, freePort } from './stage.js'

const FOREVER = 100_000_000

/** nginx in front of an upstream. @param options `cache`: with `proxy_cache` */
export function startNginx(
  stage,
  upstreamPort,
  name = 'nginx + next start',
  { cache = false } = {},
) {
  const upstream = `
  upstream app {
    server 127.0.0.1:${upstreamPort};
    keepalive 1024;
    keepalive_requests ${FOREVER};
  }`
  const location = `
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      ${cache ? CACHED : ''}`
  return start(stage, name, location, (folder) => upstream + (cache ? cacheZone(folder) : ''))
}

/** nginx that serves the files of a folder, for nobody to keep. @param options of `stage.start` */
export function startFiles(stage, root, name, options) {
  const location = `
      root ${root};
      add_header Cache-Control no-store;`
  return start(stage, name, location, () => 'open_file_cache max=100;', options)
}

/** Next.js says with `s-maxage` what may be kept, and compresses; nginx keeps a variant for each Accept-Encoding. */
const CACHED = `
      proxy_cache answers;
      proxy_cache_key $scheme$http_host$request_uri;
      proxy_cache_lock on;
      proxy_cache_background_update on;
      proxy_cache_use_stale updating error timeout http_500 http_502 http_503 http_504;
      add_header X-Cache $upstream_cache_status;`

function cacheZone(folder) {
  return `
  proxy_cache_path ${folder}/cache levels=1:2 keys_zone=answers:16m max_size=256m inactive=1d use_temp_path=off;
  open_file_cache max=1000;`
}

async function start(stage, name, location, http, options) {
  const port = await freePort()
  const folder = join(stage.folder, name.replaceAll(/\W+/g, '-'))
  await mkdir(folder)
  await writeFile(join(folder, 'nginx.conf'), conf(folder, port, location, http(folder)))
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')]
  const server = stage.start(name, findCommand('nginx'), args, options)
  await untilAnswered(server, port, '127.0.0.1')
  return { ...server, port, host: `127.0.0.1:${port}` }
}

/** gzip is for what the upstream has not compressed. */
function conf(folder, port, location, http) {
  const isRoot = process.getuid?.() === 0
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
daemon off;
${isRoot ? 'user root;' : ''}
worker_processes 1;
worker_rlimit_nofile 16384;
pid ${folder}/nginx.pid;
events { worker_connections 8192; }
http {
  access_log ${folder}/access.log combined buffer=4k flush=1s;
  ${temporary.map((each) => `${each}_temp_path ${folder}/${each};`).join('\n  ')}
  sendfile on;
  tcp_nopush on;
  keepalive_requests ${FOREVER};
  proxy_buffer_size 16k;
  proxy_buffers 32 16k;
  proxy_busy_buffers_size 64k;
  gzip on;
  gzip_vary on;
  gzip_proxied any;
  gzip_types text/plain text/css text/x-component application/javascript application/json image/svg+xml;
  ${http}
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {${location}
    }
  }
}
`
}
