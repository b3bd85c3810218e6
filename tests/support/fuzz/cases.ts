import { CORPUS } from './corpus.ts'
import { mutate } from './mutate.ts'
import { Random } from './random.ts'
import { oddRequest, plainRequest, upgrade } from './requests.ts'

/** How a client ends: it waits for the server, closes its side, resets, or is gone. */
type Leave = 'wait' | 'half-close' | 'reset' | 'destroy'

/** What one client sends on a connection of its own. */
export interface Case {
  readonly n: number
  /** One character a byte. */
  readonly bytes: string
  /** Where the bytes are parted into several writes. */
  readonly cuts: readonly number[]
  readonly leave: Leave
  /** Nothing is wrong with it: each request must be answered. */
  readonly plain: boolean
}

/** The same seed and number make the same case. */
export function makeCase(seed: number, n: number): Case {
  const random = new Random(seed, n)
  if (random.chance(8)) {
    const count = 1 + random.below(4)
    const requests = Array.from({ length: count }, (_, i) =>
      plainRequest(random, `${n}-${i}`, i === count - 1),
    )
    const bytes = requests.join('')
    return { n, bytes, cuts: cutsOf(random, bytes), leave: 'wait', plain: true }
  }
  const whole = bytesOf(random, n)
  const bytes = random.chance(30) ? mutate(random, whole) : whole
  const leave = random.pick(['wait', 'half-close', 'half-close', 'reset', 'destroy'] as const)
  return { n, bytes, cuts: cutsOf(random, bytes), leave, plain: false }
}

function bytesOf(random: Random, n: number): string {
  if (random.chance(12)) return upgrade(random, `${n}-0`)
  if (random.chance(12)) return random.pick(CORPUS) + plainRequest(random, `${n}-0`, true)
  if (random.chance(4)) return random.bytes(random.below(500))
  const count = random.chance(60) ? 1 : 1 + random.below(5)
  let bytes = ''
  for (let i = 0; i < count; i++) {
    bytes += random.chance(25)
      ? plainRequest(random, `${n}-${i}`, false)
      : oddRequest(random, `${n}-${i}`)
  }
  if (random.chance(15)) bytes += upgrade(random, `${n}-${count}`)
  return bytes
}

function cutsOf(random: Random, bytes: string): number[] {
  if (bytes.length < 2 || random.chance(70)) return []
  const cuts = Array.from({ length: 1 + random.below(4) }, () => 1 + random.below(bytes.length - 1))
  return [...new Set(cuts)].toSorted((a, b) => a - b)
}
