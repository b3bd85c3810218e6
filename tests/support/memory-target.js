// A server that sends and takes large bodies, in a process of its own: `node memory-target.js`; prints its port.
import { createServer } from 'node:http'

const chunk = Buffer.alloc(65_536, 'x')

createServer((req, res) => {
  if (req.method === 'POST') {
    let bytes = 0
    req.on('data', (data) => (bytes += data.length))
    req.on('end', () => res.end(String(bytes)))
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
