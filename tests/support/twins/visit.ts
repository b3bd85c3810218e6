import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { fetchOn } from '../http.ts'
import { MARKS, type RunningTwins, type Twin } from '../twins.ts'

/** A response that is not what its twin should have sent. */
export class WrongResponse extends Error {}

export interface AskInit {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** A text with another twin's mark that is right in this answer. */
  readonly mayHold?: string
}

interface ActionManifest {
  readonly node: Readonly<Record<string, { readonly exportedName: string }>>
}

type Fields = Readonly<Record<string, string | number | boolean | undefined>>

/** One turn of a check on one twin. Every answer that it got must have been looked at. */
export class Visit {
  readonly twin: Twin
  /** Different in every visit. */
  readonly n: string
  /** What earlier visits of the same check to the same twin left. */
  readonly memory: Map<string, string>
  readonly #running: RunningTwins
  readonly #answers: Answer[] = []
  #upgrades = 0

  constructor(running: RunningTwins, twin: Twin, n: string, memory: Map<string, string>) {
    this.#running = running
    this.twin = twin
    this.n = n
    this.memory = memory
  }

  get port(): number {
    return this.#running.gateway.port
  }

  get upstream(): RunningTwins['upstream'] {
    return this.#running.upstream
  }

  get requests(): number {
    return this.#answers.length + this.#upgrades
  }

  /** Counts an upgrade, whose answer the caller checked. */
  upgraded(): void {
    this.#upgrades++
  }

  get host(): string {
    return `${this.twin.id}.localhost`
  }

  /** A twin of the same kind that was built with another mark. */
  get otherBuild(): Twin {
    const { kind, built } = this.twin
    const found = this.#running.twins.find((twin) => twin.kind === kind && twin.built !== built)
    return found ?? this.twin
  }

  async ask(path: string, init: AskInit = {}): Promise<Answer> {
    const response = await fetchOn(this.port, `http://${this.host}${path}`, init)
    const bytes = Buffer.from(await response.arrayBuffer())
    const answer = new Answer(this.twin, `${init.method ?? 'GET'} ${path}`, response, bytes)
    this.#answers.push(answer)
    answer.refuseForeign(init.mayHold)
    return answer
  }

  /** Asks as `ask` does, and sends the end of the body after the other build's twin has answered `meanwhile`. */
  async askSlowly(path: string, init: AskInit, meanwhile: string): Promise<Answer> {
    const body = Buffer.from(init.body ?? '')
    const sent = request({
      host: '127.0.0.1',
      port: this.port,
      agent: false,
      method: init.method,
      path,
      headers: { ...init.headers, host: this.host, 'content-length': body.length },
    })
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>
    sent.write(body.subarray(0, 1))
    const other = await fetchOn(this.port, `http://${this.otherBuild.id}.localhost${meanwhile}`)
    await other.arrayBuffer()
    sent.end(body.subarray(1))
    const [message] = await answered
    const bytes = Buffer.concat((await message.toArray()) as Buffer[])
    const headers = new Headers(
      Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
    )
    const response = { status: message.statusCode ?? 0, headers }
    const answer = new Answer(this.twin, `POST ${path}`, response, bytes)
    this.#answers.push(answer)
    answer.refuseForeign()
    return answer
  }

  /** Asks as `ask` does; the page, which asks the upstream first, goes on after the other build's twin has answered `meanwhile`. */
  async askHeld(path: string, meanwhile: string): Promise<Answer> {
    const goOn = async (): Promise<void> => {
      const answer = await this.upstream.held(this.n)
      await fetchOn(this.port, `http://${this.otherBuild.id}.localhost${meanwhile}`)
      answer()
    }
    const asked = this.ask(`${path}?held=${this.n}`)
    await Promise.race([goOn(), asked])
    return asked
  }

  /** Posts a form as a browser without JavaScript does, slowly. */
  async post(path: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    const encoded = new Response(form)
    const headers = {
      'content-type': encoded.headers.get('content-type') ?? '',
      origin: `http://${this.host}`,
    }
    return this.askSlowly(path, { method: 'POST', headers, body: await encoded.text() }, path)
  }

  /** Id of a server action, which is the same in twins. */
  async actionId(name: string): Promise<string> {
    const file = join(
      this.#running.folder,
      this.twin.id,
      '.tenantry/current/.next/server/server-reference-manifest.json',
    )
    const { node } = JSON.parse(await readFile(file, 'utf8')) as ActionManifest
    const found = Object.entries(node).find(([, { exportedName }]) => exportedName === name)
    return found?.[0] ?? ''
  }

  /** Notes a value at the first visit; later it must still be the same. */
  stays(key: string, value: string | undefined, answer: Answer): void {
    const before = this.memory.get(key) ?? value ?? ''
    this.memory.set(key, before)
    if (before !== value) answer.fail(`${key} was ${before} and is ${value}`)
  }

  /** Notes a value; it must not be the one of the last visit. */
  changes(key: string, value: string | undefined, answer: Answer): void {
    if (this.memory.get(key) === value) answer.fail(`${key} is still ${value}`)
    this.memory.set(key, value ?? '')
  }

  end(): void {
    const unread = this.#answers.find((answer) => !answer.isRead)
    if (unread !== undefined) unread.fail('nothing of it was checked')
  }
}

/** What one twin answered. */
export class Answer {
  readonly twin: Twin
  readonly asked: string
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
  readonly text: string
  isRead = false

  constructor(
    twin: Twin,
    asked: string,
    { status, headers }: Pick<Response, 'status' | 'headers'>,
    bytes: Buffer,
  ) {
    this.twin = twin
    this.asked = asked
    this.status = status
    this.headers = headers
    this.bytes = bytes
    this.text = bytes.toString('utf8')
  }

  /** Nothing in it may name another twin, and its headers must be its twin's. */
  refuseForeign(mayHold?: string): void {
    const { mark, built } = this.twin
    const head = [...this.headers].map((header) => header.join(': ')).join('\n')
    const found = `${head}\n${this.text}`
    const all = mayHold === undefined ? found : found.replaceAll(mayHold, '')
    for (const other of MARKS) {
      if (other === mark || other === built) continue
      const at = all.indexOf(other)
      if (at >= 0) this.fail(`it holds ${other}: …${all.slice(Math.max(0, at - 60), at + 60)}…`)
    }
    this.hasHeader('x-config', built, this.headers.has('x-config'))
    this.hasHeader('x-proxy', mark, this.headers.has('x-proxy'))
    this.isRead = false
  }

  is(status: number): this {
    this.isRead = true
    if (this.status !== status) this.fail(`status ${this.status}, not ${status}`)
    return this
  }

  hasHeader(name: string, value: string, isDue = true): this {
    this.isRead = true
    const found = this.headers.get(name)
    if (isDue && found !== value) this.fail(`${name}: ${found}, not ${value}`)
    return this
  }

  holds(text: string): this {
    this.isRead = true
    if (!this.text.includes(text)) this.fail(`it lacks ${text}`)
    return this
  }

  /** Shared caches may keep it for this many seconds. */
  isKept(seconds: number): this {
    const found = /s-maxage=(\d+)/.exec(this.headers.get('cache-control') ?? '')?.[1]
    if (found !== String(seconds)) this.fail(`s-maxage is ${found}, not ${seconds}`)
    return this
  }

  /** It holds the line of this name, made at run time by its own twin. @returns all fields */
  says(name: string, fields: Fields = {}): Readonly<Record<string, string>> {
    const { mark, built } = this.twin
    const own = { mark, secret: `secret-${mark}`, public: built, data: built }
    return this.#saysAll(name, { ...own, ...fields })
  }

  /** The same, made when its twin was built. */
  saysBuilt(name: string, fields: Fields = {}): Readonly<Record<string, string>> {
    const { built } = this.twin
    return this.says(name, { mark: built, secret: `secret-${built}`, ...fields })
  }

  /** Only these fields. */
  saysOnly(name: string, fields: Fields): Readonly<Record<string, string>> {
    return this.#saysAll(name, fields)
  }

  fail(why: string): never {
    const { id } = this.twin
    throw new WrongResponse(
      `${id} ${this.asked}: ${why} [${this.status}] ${this.text.slice(0, 300)}`,
    )
  }

  #saysAll(name: string, fields: Fields): Readonly<Record<string, string>> {
    this.isRead = true
    const said = readSaid(this.text, name)
    if (said === undefined) return this.fail(`it does not say ${name}`)
    for (const [key, value] of Object.entries(fields)) {
      if (said[key] !== String(value)) {
        this.fail(`${name} says ${key}=${said[key]}, not ${value}`)
      }
    }
    return said
  }
}

function readSaid(text: string, name: string): Record<string, string> | undefined {
  const start = text.indexOf(`[${name} `)
  if (start < 0) return undefined
  const line = text.slice(start + name.length + 2, text.indexOf(']', start))
  return Object.fromEntries(
    line.split(' ').map((field) => {
      const [key = '', ...value] = field.split('=')
      return [key, value.join('=')]
    }),
  )
}
