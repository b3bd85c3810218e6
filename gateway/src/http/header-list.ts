/**
 * A list of headers by name in lower case; the lines of one field are joined (RFC 9110 §5.2).
 * @param list name, value, name, value
 */
export function headerMap(list: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>()
  for (let i = 0; i < list.length; i += 2) {
    const name = (list[i] as string).toLowerCase()
    const value = list[i + 1] as string
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return headers
}

/** Whether a field describes the body that it comes with (RFC 9110 §15.4.5). */
export function aboutBody(name: string): boolean {
  return /^content-(?!location|security)/i.test(name)
}
