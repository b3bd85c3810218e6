// A server that sends and takes large bodies, in a process of its own: `node memory-target.js`; prints its port.
import { createServer } from 'node:http'

/** Requests whose bodies are not read until somebody asks for /resume. */
const stalled = []
const chunk = Buffer.alloc(65_536, 'x')

createServer((req, res) => {
  if (req.method === 'POST') {
    let bytes = 0
    const read = () => {
      req.on('data', (data) => (bytes += data.length))
      req.on('end', () => res.end(String(bytes)))
    }
    if (req.url === '/stall') stalled.push(read)
    else read()
    return
  }
  if (req.url === '/resume') {
    for (const read of stalled.splice(0)) read()
    res.end()
    return
  }
  let rest = Number(req.url.slice(1))
  const send = () => {
    while (rest > 0) {
      rest -= chunk.length
      if (res.write(chunk)) continue
      res.once('drain', send)
      return
    }
    res.end()
  }
  send()
}).listen(0, '127.0.0.1', function listening() {
  console.log(this.address().port)
})
