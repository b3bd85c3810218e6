import type { IncomingMessage } from 'node:http'

// oxlint-disable-next-line no-control-regex
const UNWRITABLE = /[^\t\x20-\x7e\x80-\xff]/

/** The reason phrase of an answer; none where it holds what must not stand there (RFC 9112 §4), which Node's parser lets pass. */
export function reasonOf({ statusMessage = '' }: IncomingMessage): string {
  return UNWRITABLE.test(statusMessage) ? '' : statusMessage
}
