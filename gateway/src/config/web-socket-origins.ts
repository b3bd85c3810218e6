import { quote } from './explain.ts'
import type { Finding } from './validate.ts'

/** What browsers write for schemes of their own: `chrome-extension://…`. */
const OTHER_SCHEME = /^(?!https?:)[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+$/

/** Checks that origins are written as browsers write them, as they are compared exactly. */
export function checkOrigins(origins: readonly string[], findings: Finding[]): void {
  for (const [index, origin] of origins.entries()) {
    const why = refuse(origin)
    if (why === undefined) continue
    const message = `${quote(origin)} is no origin: ${why}`
    findings.push({ path: ['webSockets', 'origins', index], where: 'value', message })
  }
}

function refuse(origin: string): string | undefined {
  if (origin === '*' || OTHER_SCHEME.test(origin)) return undefined
  const url = /^https?:\/\//i.test(origin) && URL.canParse(origin) ? new URL(origin) : undefined
  if (url === undefined || origin.includes('*')) {
    return 'write it as https://app.example.com, or * for every one'
  }
  return url.origin === origin ? undefined : `write ${quote(url.origin)}`
}
