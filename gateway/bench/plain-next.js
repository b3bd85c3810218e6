// A bare custom server: plain `next()` for each folder, chosen by the first label of the Host. What Tenantry is measured against.
// node plain-next.js PORT FOLDER…
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { basename } from 'node:path'

const [port, ...folders] = process.argv.slice(2)
const next = createRequire(import.meta.url)('next')
const handlers = new Map()

for (const dir of folders) {
  const app = next({ dir, dev: false, hostname: '127.0.0.1', port: Number(port) })
  await app.prepare()
  handlers.set(basename(dir), app.getRequestHandler())
}
const [first] = handlers.values()

createServer((req, res) => {
  const [label] = (req.headers.host ?? '').split('.')
  void (handlers.get(label) ?? first)(req, res)
}).listen(Number(port), '127.0.0.1', () => console.log('listening'))
