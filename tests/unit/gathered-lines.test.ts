import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { GatheredLines } from '../../gateway/src/telemetry/gathered-lines.ts'

const LOGGER = new URL('../../gateway/dist/telemetry/logger.js', import.meta.url).href

class Sink {
  readonly written: string[] = []
  flushed = 0
  #next: (() => void) | undefined

  /** Resolves when something is written. */
  get next(): Promise<void> {
    return new Promise((resolve) => (this.#next = resolve))
  }

  write(lines: Buffer): void {
    this.written.push(lines.toString())
    this.#next?.()
  }

  flush(): void {}

  flushSync(): void {
    this.flushed++
  }
}

test('lines go on together after a while', async () => {
  const sink = new Sink()
  const lines = new GatheredLines(sink, 5)
  for (const line of ['a\n', 'ü€😀\n', 'c\n']) lines.write(line)
  expect(sink.written).toEqual([])
  await sink.next
  lines.write('d\n')
  await sink.next
  expect(sink.written).toEqual(['a\nü€😀\nc\n', 'd\n'])
})

test('lines keep their order where they fill the buffer, or are longer than it', () => {
  const sink = new Sink()
  const lines = new GatheredLines(sink, 1000)
  const all = Array.from({ length: 3000 }, (_, n) => `${n} ${'€'.repeat(n % 100)}\n`)
  all.splice(1500, 0, `${'€'.repeat(70_000)}\n`, `${'x'.repeat(200_000)}\n`)
  for (const line of all) lines.write(line)
  expect(sink.written.length).toBeLessThan(20)
  lines.flushSync()
  expect(sink.written.join('')).toBe(all.join(''))
  expect(sink.flushed).toBe(1)
})

test.each([
  ['process.exit()', 999],
  ["logger.fatal('x'); process.kill(process.pid, 'SIGKILL')", 99],
])('nothing is lost at %s', async (end, count) => {
  const script = `import { createLogger } from ${JSON.stringify(LOGGER)}
      const logger = createLogger({ level: 'info', format: 'json' })
      for (let n = 0; n < ${count}; n++) logger.info({ n }, 'line')
      ${end}`
  const running = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  const { stdout } = await running.catch((error: { stdout: string }) => error)
  const numbers = stdout.match(/(?<="n":)\d+/g)?.map(Number)
  // What is being written when the process ends may stand behind the rest.
  expect(numbers?.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n))
})
