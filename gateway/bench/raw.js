// What Node.js itself can do: node:http that answers from memory, with no log. node raw.js PORT FILE
// The file is JSON: path → `{ headers, body }`, headers as an object or a list of names and values, body in base64; `*`: every other path.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const [port, file] = process.argv.slice(2)
const answers = new Map()

for (const [path, { headers, body }] of Object.entries(JSON.parse(readFileSync(file, 'utf8')))) {
  answers.set(path, { headers, body: Buffer.from(body, 'base64') })
}

const others = answers.get('*')

createServer((req, res) => {
  const answer = answers.get(req.url) ?? others
  if (answer === undefined) {
    res.writeHead(404).end()
    return
  }
  res.writeHead(200, answer.headers)
  res.end(answer.body)
}).listen(Number(port), '127.0.0.1')
