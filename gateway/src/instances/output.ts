import type { Readable } from 'node:stream'
import type { Logger } from '../telemetry/logger.ts'

const MAX_LINE = 16_384
// oxlint-disable-next-line no-control-regex
const ANSI = /\u001b\[[0-9;]*m/g

/**
 * Turns what a child prints into log lines. Indented lines that come with a line (a stack) stay with it;
 * a line that never ends is cut at 16 KiB.
 */
export function logOutput(stream: Readable, fallback: 'info' | 'error', logger: Logger): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const text = rest + chunk
    const lastLine = text.lastIndexOf('\n') + 1
    const end = text.length - lastLine > MAX_LINE ? text.length : lastLine
    rest = text.slice(end)
    write(text.slice(0, end))
  })
  stream.on('end', () => write(rest))
  function write(text: string): void {
    for (const entry of entries(text.replace(ANSI, ''))) {
      logger[levelOf(entry, fallback)](entry.slice(0, MAX_LINE))
    }
  }
}

function entries(text: string): string[] {
  const found: string[] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const last = found.length - 1
    if (last >= 0 && /^(?:\s|[}\]])/.test(line)) found[last] += `\n${line.trimEnd()}`
    else found.push(line.trim())
  }
  return found
}

/** Next.js marks its own lines: `⨯` an error, `⚠` a warning. */
function levelOf(entry: string, fallback: 'info' | 'error'): 'info' | 'warn' | 'error' {
  if (entry.startsWith('⨯')) return 'error'
  if (entry.startsWith('⚠')) return 'warn'
  return fallback
}
