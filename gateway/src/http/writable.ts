// oxlint-disable-next-line no-control-regex
const UNWRITABLE = /[^\t\x20-\x7e\x80-\xff]/

/** Whether a text may stand as the value of a field (RFC 9110 §5.5) or as a reason phrase (RFC 9112 §4). */
export function isWritable(text: string): boolean {
  return !UNWRITABLE.test(text)
}
