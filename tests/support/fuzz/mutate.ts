import type { Random } from './random.ts'

const SPLINTERS: readonly string[] = [
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  '\u0000',
  '\u00ff',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '0',
  '0\r\n\r\n',
  'ffffffff',
  'chunked',
  'Content-Length: 1\r\n',
  'Transfer-Encoding: chunked\r\n',
]

type Damage = (random: Random, bytes: string, at: number) => string

const DAMAGES: readonly Damage[] = [
  // One bit turned.
  (random, bytes, at) => {
    const code = bytes.charCodeAt(at) ^ (1 << random.below(8))
    return bytes.slice(0, at) + String.fromCharCode(code) + bytes.slice(at + 1)
  },
  // Another byte.
  (random, bytes, at) => bytes.slice(0, at) + random.bytes(1) + bytes.slice(at + 1),
  // Some bytes left out.
  (random, bytes, at) => bytes.slice(0, at) + bytes.slice(at + 1 + random.below(8)),
  // Something put in.
  (random, bytes, at) => bytes.slice(0, at) + random.pick(SPLINTERS) + bytes.slice(at),
  // A piece twice.
  (random, bytes, at) => {
    const piece = bytes.slice(at, at + 1 + random.below(80))
    return bytes.slice(0, at) + piece + bytes.slice(at)
  },
  // Cut off.
  (random, bytes, at) => (random.chance(30) ? bytes.slice(0, at) : bytes),
]

/** Damages the bytes in a few places, where they are. */
export function mutate(random: Random, bytes: string): string {
  let damaged = bytes
  for (let left = 1 + random.below(4); left > 0 && damaged !== ''; left--) {
    damaged = random.pick(DAMAGES)(random, damaged, random.below(damaged.length))
  }
  return damaged
}
