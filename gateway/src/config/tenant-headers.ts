import { quote } from './explain.ts'
import type { TenantFile } from './schema.ts'
import type { Finding } from './validate.ts'

/** A field name (RFC 9110 §5.1). */
const NAME = /^[\w!#$%&'*+.^`|~-]{1,128}$/
/** A field value (RFC 9110 §5.5) of visible ASCII, which every client reads alike. */
const VALUE = /^[!-~](?:[\t -~]*[!-~])?$/

/** Headers of one answer or one connection: the same value for every answer would break them. */
const REFUSED: Readonly<Record<string, string>> = {
  ...toAll('frames one message, and is set by whoever writes it', [
    'content-length',
    'transfer-encoding',
    'trailer',
    'content-encoding',
    'content-range',
    'content-type',
  ]),
  ...toAll('belongs to one connection, and is set by the gateway', [
    'connection',
    'keep-alive',
    'proxy-connection',
    'proxy-authenticate',
    'te',
    'upgrade',
  ]),
  ...toAll('says something of one answer', [
    'date',
    'etag',
    'last-modified',
    'location',
    'set-cookie',
    'vary',
  ]),
  'x-request-id': 'is set by the gateway',
}

/** Checks the headers that a tenant sets and removes. */
export function checkHeaders(headers: TenantFile['headers'], findings: Finding[]): void {
  const seen = new Map<string, string>()
  for (const [name, value] of Object.entries(headers)) {
    const path = ['headers', name]
    const lower = name.toLowerCase()
    const other = seen.get(lower)
    seen.set(lower, name)
    const refused = Object.hasOwn(REFUSED, lower) ? REFUSED[lower] : undefined
    if (!NAME.test(name)) {
      const message = `${quote(name)} is no name of a header: write letters, digits and hyphens`
      findings.push({ path, where: 'key', message })
    } else if (other !== undefined) {
      const message = `${quote(name)} and ${quote(other)} are one header: keep one of them`
      findings.push({ path, where: 'key', message })
    } else if (refused !== undefined) {
      const message = `${quote(name)} ${refused}: remove it here`
      findings.push({ path, where: 'key', message })
    }
    if (value !== null && !VALUE.test(value)) {
      const message =
        'is no value of a header: write visible ASCII on one line, or null to remove the header'
      findings.push({ path, where: 'value', message })
    }
  }
}

function toAll(why: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, why]))
}
