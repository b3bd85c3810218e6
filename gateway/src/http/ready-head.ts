import { validateHeaderName, validateHeaderValue } from 'node:http'
import { SystemDate } from '../system-date.ts'
import { isNamed } from './header-list.ts'

/**
 * Serializes and checks the headers of an answer that is given again and again.
 * @param head name, value, name, value
 * @param reason the phrase that goes with the status
 * @throws {TypeError} where Node.js would not send one of them
 */
export function serializeHead(head: readonly string[], reason: string): string {
  validateHeaderValue('reason-phrase', reason)
  let lines = ''
  for (let i = 0; i < head.length; i += 2) {
    const [name, value] = [head[i] as string, head[i + 1] as string]
    validateHeaderName(name)
    validateHeaderValue(name, value)
    lines += `${name}: ${value}\r\n`
  }
  return lines
}

/**
 * Serializes the headers of an answer that a parser has checked, with `Date`.
 * @param head name, value, name, value
 * @returns undefined where no `Content-Length` says how long the body is, or Node.js would refuse a name
 */
export function linesOf(head: readonly string[]): string | undefined {
  let lines = ''
  let hasLength = false
  let hasDate = false
  for (let i = 0; i < head.length; i += 2) {
    const name = head[i] as string
    // The llhttp of Node.js 20.9 lets spaces into names.
    if (name.includes(' ') || isFraming(name)) return undefined
    hasLength ||= isNamed(name, 'content-length')
    hasDate ||= isNamed(name, 'date')
    lines += `${name}: ${head[i + 1]}\r\n`
  }
  if (!hasLength) return undefined
  return hasDate ? lines : lines + currentDate()
}

/** With these, Node.js must see to how the answer ends. */
function isFraming(name: string): boolean {
  return (
    isNamed(name, 'transfer-encoding') || isNamed(name, 'trailer') || isNamed(name, 'connection')
  )
}

let second = 0
let dateLine = ''

/** The line `Date` of an answer that is given now. */
export function currentDate(): string {
  const now = SystemDate.now()
  if (now - second >= 1000 || now < second) {
    second = now - (now % 1000)
    dateLine = `Date: ${new SystemDate(second).toUTCString()}\r\n`
  }
  return dateLine
}
