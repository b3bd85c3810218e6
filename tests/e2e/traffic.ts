import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { misplaced, SITES, type Site } from './sites.ts'

/** One request of the traffic. */
export interface Sent {
  readonly site: Site
  readonly path: string
  /** Its place in the order in which connections came up; 0 before that. */
  connected: number
  /** Whether a byte of the answer has come. */
  answering: boolean
  /** `answered`: completely, with 200 and its own tenant's content; else what went wrong. None while in flight. */
  outcome: string | undefined
}

/** About 100 requests a second. */
const INTERVAL = 10
/** To one site. A slow machine gets fewer, and no flood after a stall. */
const MOST_IN_FLIGHT = 15

/** A steady stream of requests to every site in turn, each on a connection of its own, until stopped. */
export class Traffic implements AsyncDisposable {
  readonly sent: Sent[] = []
  readonly #port: number
  readonly #pages: readonly (readonly string[])[]
  readonly #pending = new Set<Promise<void>>()
  readonly #watching = new Set<() => void>()
  readonly #timer: NodeJS.Timeout
  readonly #inFlight = new Map<Site, number>()
  #turn = 0
  #connections = 0

  /** @param slow paths of a host that are asked for besides its pages */
  constructor(port: number, slow: Readonly<Record<string, string>> = {}) {
    this.#port = port
    this.#pages = SITES.map(({ host, pages }) => [...pages, slow[host] ?? []].flat())
    this.#timer = setInterval(() => this.#send(), INTERVAL)
  }

  /** Requests that are not answered yet. */
  get inFlight(): Sent[] {
    return this.sent.filter((one) => one.outcome === undefined)
  }

  /** Settles when this many requests that fit, and were sent from now on, have been answered. */
  async answered(count: number, fits: (sent: Sent) => boolean = () => true): Promise<void> {
    const from = this.sent.length
    await new Promise<void>((resolve) => {
      const check = (): void => {
        const done = this.sent.slice(from).filter((one) => one.outcome === 'answered' && fits(one))
        if (done.length < count) return
        this.#watching.delete(check)
        resolve()
      }
      this.#watching.add(check)
    })
  }

  /** Sends no more, and waits for what is in flight. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#pending)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #send(): void {
    const turn = this.#turn++
    const site = SITES[turn % SITES.length] as Site
    const inFlight = this.#inFlight.get(site) ?? 0
    if (inFlight >= MOST_IN_FLIGHT) return
    const pages = this.#pages[turn % SITES.length] ?? []
    const path = pages[Math.floor(turn / SITES.length) % pages.length] ?? '/'
    const sent: Sent = { site, path, connected: 0, answering: false, outcome: undefined }
    this.sent.push(sent)
    this.#inFlight.set(site, inFlight + 1)
    const pending = this.#follow(sent).finally(() => this.#pending.delete(pending))
    this.#pending.add(pending)
  }

  async #follow(sent: Sent): Promise<void> {
    sent.outcome = await this.#ask(sent).catch(
      (error: NodeJS.ErrnoException) => error.code ?? String(error),
    )
    this.#inFlight.set(sent.site, (this.#inFlight.get(sent.site) ?? 1) - 1)
    for (const check of this.#watching) check()
  }

  async #ask(sent: Sent): Promise<string> {
    const { site, path } = sent
    const asked = request({
      host: '127.0.0.1',
      port: this.#port,
      agent: false,
      path,
      headers: { host: site.host },
    })
    asked.once('socket', (socket) =>
      socket.once('connect', () => (sent.connected = ++this.#connections)),
    )
    asked.end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    sent.answering = true
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    await once(answer, 'end')
    if (answer.statusCode !== 200) return `status ${answer.statusCode}`
    return misplaced(site, Buffer.concat(chunks).toString()) ?? 'answered'
  }
}
