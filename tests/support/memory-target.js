// A server that sends and takes large bodies, in a process of its own: `node memory-target.js`; prints its port. Below `/stop`, it reads
// nothing.
import { createServer } from 'node:http'

const chunk = Buffer.alloc(65_536, 'x')

const server = createServer((req, res) => {
  if (req.url === '/stop') return
  if (req.method === 'POST') {
    let bytes = 0
    req.on('data', (data) => (bytes += data.length))
    req.on('end', () => res.end(String(bytes)))
    return
  }
  send(Number(req.url.slice(1)), res)
})

server.on('upgrade', (req, socket) => {
  socket.on('error', () => {})
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  if (req.url !== '/stop') send(Number(req.url.slice(1)), socket)
})

function send(size, to) {
  let rest = size
  const sendOn = () => {
    while (rest > 0) {
      rest -= chunk.length
      if (to.write(chunk)) continue
      to.once('drain', sendOn)
      return
    }
    to.end()
  }
  sendOn()
}

server.listen(0, '127.0.0.1', function listening() {
  console.log(this.address().port)
})
