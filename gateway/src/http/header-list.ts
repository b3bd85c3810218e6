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

/** Whether a field has this name. @param lower in lower case */
export function isNamed(name: string, lower: string): boolean {
  return name.length === lower.length && name.toLowerCase() === lower
}

/**
 * The value of one field; its lines are joined (RFC 9110 §5.2).
 * @param list name, value, name, value
 * @param lower its name in lower case
 */
export function fieldOf(list: readonly string[], lower: string): string | undefined {
  let value: string | undefined
  for (let i = 0; i < list.length; i += 2) {
    if (!isNamed(list[i] as string, lower)) continue
    const line = list[i + 1] as string
    value = value === undefined ? line : `${value}, ${line}`
  }
  return value
}

/** Takes all lines of one field out. @param lower its name in lower case */
export function removeField(list: string[], lower: string): void {
  for (let i = list.length - 2; i >= 0; i -= 2) {
    if (isNamed(list[i] as string, lower)) list.splice(i, 2)
  }
}

/** Puts the lines of one field behind all others. @param lower its name in lower case */
export function moveToEnd(list: string[], lower: string): void {
  const value = fieldOf(list, lower)
  if (value === undefined) return
  removeField(list, lower)
  list.push(lower, value)
}

/** Whether a field describes the body that it comes with (RFC 9110 §15.4.5). */
export function aboutBody(name: string): boolean {
  return /^content-(?!location|security)/i.test(name)
}
