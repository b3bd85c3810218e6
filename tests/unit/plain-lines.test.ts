import { expect, test } from '@jest/globals'
import { createLogger } from '../../gateway/src/telemetry/logger.ts'
import { plainLines, quote } from '../../gateway/src/telemetry/plain-lines.ts'

const ODD = [
  '',
  'a "quoted" one',
  'back\\slash',
  'line\nend',
  '\u0000\u001f\u007f',
  'ü€😀',
  '</script>',
  "'",
]

/** What is written, without its time. */
function written(
  level: string,
  write: (logger: ReturnType<typeof createLogger>) => void,
): string[] {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  write(createLogger({ level, format: 'json', destination }))
  return lines.map((line) => line.replace(/"time":"[-\dT:.]+Z"/, '"time":""'))
}

test.each(ODD)('%j is written as pino writes it', (text) => {
  const fields = { event: 'request', text, status: 200, ms: 0.5, aborted: true }
  const members = `"event":"request","text":${quote(text)},"status":200,"ms":0.5,"aborted":true`
  const [line] = written('info', (logger) => plainLines(logger)(members, 'request'))
  const [expected] = written('info', (logger) => logger.info(fields, 'request'))
  expect(line).toContain('"time":""')
  expect(line).toBe(expected)
  expect(JSON.parse(line ?? '')).toMatchObject({ level: 'info', text, msg: 'request' })
})

test('a logger that leaves out such lines writes none, and its level can change', () => {
  const lines = written('warn', (logger) => {
    const write = plainLines(logger)
    write('"n":1', 'request')
    logger.level = 'info'
    write('"n":2', 'request')
  })
  expect(lines).toEqual([expect.stringContaining('"n":2')])
})
