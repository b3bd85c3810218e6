import { fork, type ChildProcess } from 'node:child_process'
import { on, once } from 'node:events'
import { readdir, readlink } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { LogLine } from '../tenantry.ts'
import type { Seen } from './app.ts'
import { caseOf } from './client.ts'

const ENTRY = fileURLToPath(new URL('gateway.js', import.meta.url))
/** How often what clients left behind is asked for until it is gone. */
const TRIES = 100

/** What the gateway's process holds when nobody asks anything. */
export interface Holdings {
  /** Open files of any kind, by kind. */
  readonly files: Readonly<Record<string, number>>
  /** Node.js's own list of what keeps the process alive. */
  readonly resources: readonly string[]
  /** Bytes on the heap and beside it, after garbage collection. */
  readonly heap: number
  /** Requests, tunnels and connections that its limits count. */
  readonly held: object
  readonly apps: readonly object[]
}

/** A gateway in a process of its own. */
export interface FuzzedGateway extends AsyncDisposable {
  readonly process: ChildProcess
  readonly port: number
  /** Lines of the log that are not one JSON object, or tell of an error of the gateway itself. */
  readonly wrong: readonly string[]
  /** Requests that were logged. */
  readonly logged: () => number
  readonly stderr: () => string
  /** Waits until all clients are gone, then says what is held. */
  holdings(): Promise<Holdings>
}

/** What the app inside tells. */
interface Noted {
  readonly client?: string
  readonly seen?: Seen
  /** To be told back, once it is written down. */
  readonly n?: number
}

interface Answered {
  readonly measured?: Measured
}

interface Measured extends Omit<Holdings, 'files'> {
  /** Their addresses. */
  readonly clients: readonly string[]
  /** Connections to apps that are in use. */
  readonly busy: number
}

/** @param note told of each request that the app inside got, and again when its body ended */
export async function startGateway(
  configDir: string,
  socket: string,
  note: (client: string, seen: Seen) => void,
): Promise<FuzzedGateway> {
  const child = fork(ENTRY, [configDir, socket], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'], NEXT_TELEMETRY_DISABLED: '1' },
    execArgv: [],
  })
  const wrong: string[] = []
  let logged = 0
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const entry = parse(line)
    if (entry?.['event'] === 'request') logged++
    else if (entry === undefined || isWrong(entry)) wrong.push(line)
  })
  child.on('message', (message: Noted) => {
    if (message.client === undefined || message.seen === undefined) return
    note(message.client, message.seen)
    if (message.n !== undefined) child.send({ noted: message.n })
  })
  const [{ port }] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`it did not start: ${stderr}`))),
  ])) as [{ port: number }]
  return {
    process: child,
    port,
    wrong,
    logged: () => logged,
    stderr: () => stderr,
    holdings: () => holdings(child),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill()
      await once(child, 'exit')
    },
  }
}

async function holdings(child: ChildProcess): Promise<Holdings> {
  for (let left = TRIES; ; left--) {
    const { clients, busy, ...held } = await measure(child)
    if (clients.length + busy === 0) return { ...held, files: await openFiles(child.pid ?? 0) }
    if (left === 0) {
      const cases = clients.map((address) => `${address}, case ${caseOf(address)}`)
      throw new Error(`what is left: ${busy} requests, clients ${cases.join('; ')}`)
    }
    await delay(100)
  }
}

async function measure(child: ChildProcess): Promise<Measured> {
  const ended = new AbortController()
  const end = (): void => ended.abort()
  child.once('exit', end).send('measure')
  for await (const [{ measured }] of on(child, 'message', ended) as AsyncIterable<[Answered]>) {
    if (measured === undefined) continue
    child.off('exit', end)
    return measured
  }
  throw new Error('the gateway has ended')
}

/** By what `/proc` says that they are: `socket`, `pipe`, `anon_inode`, paths. */
async function openFiles(pid: number): Promise<Record<string, number>> {
  const folder = `/proc/${pid}/fd`
  const links = await Promise.all(
    (await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => 'gone')),
  )
  const files: Record<string, number> = {}
  for (const link of links) {
    const kind = link.split(':')[0] ?? ''
    files[kind] = (files[kind] ?? 0) + 1
  }
  return files
}

function parse(line: string): LogLine | undefined {
  try {
    return JSON.parse(line) as LogLine
  } catch {
    return undefined
  }
}

/** Errors of requests name them: those are the app's. */
function isWrong(entry: LogLine): boolean {
  return entry['level'] === 'error' || entry['level'] === 'fatal'
}
