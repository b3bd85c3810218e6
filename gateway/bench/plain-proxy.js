// A bare forwarder on node:http: what one hop through Node.js costs at the least. node plain-proxy.js PORT UPSTREAM-PORT
import { Agent, createServer, request } from 'node:http'

const [port, upstreamPort] = process.argv.slice(2).map(Number)
const agent = new Agent({ keepAlive: true })

createServer((req, res) => {
  const { method, url: path, headers } = req
  const upstream = { host: '127.0.0.1', port: upstreamPort, agent, method, path, headers }
  request(upstream, (answer) => {
    res.writeHead(answer.statusCode, answer.headers)
    answer.pipe(res)
  }).end()
}).listen(port, '127.0.0.1')
