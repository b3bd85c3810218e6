import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { expect, test } from '@jest/globals'
import { logOutput } from '../../gateway/src/instances/output.ts'
import { createLogger } from '../../gateway/src/telemetry/logger.ts'

/** What is logged when a child prints these chunks and ends: `level: text`. */
async function logged(
  chunks: readonly (string | Buffer)[],
  fallback: 'info' | 'error' = 'info',
): Promise<string[]> {
  const lines: string[] = []
  const logger = createLogger({
    level: 'trace',
    format: 'json',
    destination: {
      write: (line) => {
        const { level, msg } = JSON.parse(line) as { level: string; msg: string }
        lines.push(`${level}: ${msg}`)
      },
    },
  })
  const stream = new PassThrough()
  logOutput(stream, fallback, logger)
  for (const chunk of chunks) {
    stream.write(chunk)
    await new Promise(setImmediate)
  }
  const ended = once(stream, 'end')
  stream.end()
  await ended
  return lines
}

test.each([
  ['one line', ['a\n'], ['info: a']],
  ['several lines', ['a\nb\nc\n'], ['info: a', 'info: b', 'info: c']],
  ['a line in pieces', ['a', 'b', 'c\nd', '\n'], ['info: abc', 'info: d']],
  ['a last line without an end', ['a\nb'], ['info: a', 'info: b']],
  ['Windows line ends', ['a\r\nb\r\n'], ['info: a', 'info: b']],
  ['empty lines', ['\n\n  \na\n\n', '\n'], ['info: a']],
  ['nothing', [], []],
  [
    'colours',
    ['\u001b[31mred\u001b[39m and \u001b[1;32mgreen\u001b[0m\n'],
    ['info: red and green'],
  ],
  ['an error of Next.js', [' ⨯ Error: x\n'], ['error: ⨯ Error: x']],
  ['a warning of Next.js', ['\u001b[33m⚠\u001b[39m slow\n'], ['warn: ⚠ slow']],
])('%s', async (_what, chunks, lines) => {
  expect(await logged(chunks)).toEqual(lines)
})

test('standard error is an error, but for what Next.js marks as a warning', async () => {
  expect(await logged(['broken\n⚠ slow\n'], 'error')).toEqual(['error: broken', 'warn: ⚠ slow'])
})

test('a stack stays with its error', async () => {
  const text = '⨯ Error: x\n    at a (a.js:1:1)\n    at b (b.js:2:2) {\n  code: 1\n}\nnext\n'
  expect(await logged([text])).toEqual([`error: ${text.slice(0, -6)}`, 'info: next'])
})

test('a character that is cut in two comes out whole', async () => {
  const bytes = Buffer.from('Käse ⚠\n')
  const chunks = Array.from(bytes, (byte) => Buffer.from([byte]))
  expect(await logged(chunks)).toEqual(['info: Käse ⚠'])
})

test('a line that never ends is cut at 16 KiB and not gathered', async () => {
  const lines = await logged(Array.from({ length: 10 }, () => 'x'.repeat(10_000)))
  expect(lines.length).toBeGreaterThan(4)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual('info: '.length + 16_384)
})

test('many lines at once are not cut where the chunk ends', async () => {
  const whole = 'a line of the log\n'.repeat(1000)
  const lines = await logged([`${whole}first half, `, 'second half\n'])
  expect(lines).toHaveLength(1001)
  expect(lines.at(-1)).toBe('info: first half, second half')
})
