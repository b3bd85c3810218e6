import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import type { Case } from './cases.ts'

/** What came of a case, as its client saw it. */
export interface Outcome {
  /** Ids of the answers that came from the app, in order. */
  readonly answers: readonly string[]
  readonly text: string
  /** The gateway did not close, although the client had. */
  readonly keptOpen: boolean
  /** The connection could not be made. */
  readonly refused: boolean
}

/** Milliseconds without a byte after which a client that waits has waited long enough. */
const QUIET = 60
/** Milliseconds that the gateway has for what it must do. */
const PATIENCE = 30_000
const KEPT_TEXT = 4000

/** Every case has an address of its own, by which the app tells who asked. */
export function addressOf(n: number): string {
  return `127.${1 + ((n >> 16) & 127)}.${(n >> 8) & 255}.${n & 255}`
}

/** The case that came from an address. */
export function caseOf(address: string): number {
  const [, high = 0, middle = 0, low = 0] = address.split('.').map(Number)
  return ((high - 1) << 16) | (middle << 8) | low
}

/** Sends the bytes as the case says, and ends as it says. */
export async function runCase(port: number, one: Case): Promise<Outcome> {
  const socket = connect({ host: '127.0.0.1', port, localAddress: addressOf(one.n) })
  let text = ''
  let refused = false
  const quiet = setTimeout(() => socket.end(), one.plain ? PATIENCE : QUIET)
  socket.setEncoding('latin1').on('data', (piece) => {
    text += String(piece)
    quiet.refresh()
  })
  socket.on('error', (error: NodeJS.ErrnoException) => (refused ||= error.syscall === 'connect'))
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await Promise.race([closed, once(socket, 'connect').catch(() => {})])
  await write(socket, one)
  await leave(socket, one, closed)
  const keptOpen = await isKeptOpen(socket, closed)
  clearTimeout(quiet)
  const answers = [...text.matchAll(/^x-answer: (\S+)\r$/gm)].map(([, id]) => id as string)
  return { answers, text: text.slice(0, KEPT_TEXT), keptOpen, refused }
}

async function write(socket: Socket, { bytes, cuts }: Case): Promise<void> {
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    if (!socket.writable) return
    socket.write(bytes.slice(from, cut), 'latin1')
    from = cut
    if (from < bytes.length) await turn()
  }
}

async function leave(socket: Socket, one: Case, closed: Promise<void>): Promise<void> {
  if (one.leave === 'wait') return
  if (one.leave === 'half-close') {
    socket.end()
    return
  }
  const data = new Promise((resolve) => socket.once('data', resolve))
  const patience = one.n % 20
  if (patience > 0) await Promise.race([closed, data, delay(patience)])
  // A socket that ends already cannot be reset: Node.js would never close it.
  if (one.leave === 'reset' && !socket.writableEnded) socket.resetAndDestroy()
  else socket.destroy()
}

async function isKeptOpen(socket: Socket, closed: Promise<void>): Promise<boolean> {
  let keptOpen = false
  const timer = setTimeout(() => {
    keptOpen = true
    socket.destroy()
  }, 2 * PATIENCE)
  await closed
  clearTimeout(timer)
  return keptOpen
}
