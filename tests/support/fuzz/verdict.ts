import type { Seen } from './app.ts'
import type { Case } from './cases.ts'
import type { Outcome } from './client.ts'
import { readRequests, type Meant } from './reference.ts'
import { POISON } from './replies.ts'

/** What no trailer may say, as a reader may take it for a header. */
const NEVER_A_TRAILER =
  /^(?:content-length|transfer-encoding|host|connection|forwarded|x-forwarded-.*|x-tenant-.*|x-request-id)$/

/** @returns what is wrong with how the gateway took the case; undefined where nothing is */
export function judge(one: Case, outcome: Outcome, seen: readonly Seen[]): string | undefined {
  if (outcome.refused) return 'the gateway took no connection'
  if (outcome.keptOpen) return 'the gateway kept the connection of a client that had left'
  if (outcome.text.includes(POISON)) return 'the client got an answer that the app did not give it'
  const meant = readRequests(one.bytes)
  return (
    judgeSeen(meant, seen) ?? judgeAnswers(outcome, seen) ?? judgePlain(one, meant, outcome, seen)
  )
}

/** The app saw only what was meant, at most once and in order. */
function judgeSeen(meant: readonly Meant[], seen: readonly Seen[]): string | undefined {
  let next = 0
  for (const request of seen) {
    const found = meant.findIndex((each, i) => i >= next && isSame(each, request))
    if (found === -1) return `the app saw what was not meant: ${JSON.stringify(request)}`
    next = found + 1
    const wrong = request.trailers.find((name) => NEVER_A_TRAILER.test(name))
    if (wrong !== undefined) return `the app got the trailer ${wrong}`
  }
  return undefined
}

function isSame(meant: Meant, seen: Seen): boolean {
  return (
    meant.method === seen.method &&
    meant.target === seen.target &&
    tenantOf(meant.host) === seen.tenant &&
    (seen.complete ? meant.complete && meant.body === seen.body : meant.body.startsWith(seen.body))
  )
}

function tenantOf(host: string): string | undefined {
  if (host === 'acme.localhost' || host.endsWith('.acme.test')) return 'acme'
  const [, tenant] = /^(globex|inside)\.localhost$/.exec(host) ?? []
  return tenant
}

/** The client got its own answers, in order. */
function judgeAnswers({ answers }: Outcome, seen: readonly Seen[]): string | undefined {
  let next = 0
  for (const id of answers) {
    const found = seen.findIndex((each, i) => i >= next && each.id === id)
    if (found === -1) return `the client got the answer to another request: ${id}`
    next = found + 1
  }
  return undefined
}

/** Each request with which nothing is wrong was answered. */
function judgePlain(
  one: Case,
  meant: readonly Meant[],
  { answers, text }: Outcome,
  seen: readonly Seen[],
): string | undefined {
  if (!one.plain) return undefined
  if (seen.length === meant.length && answers.length === meant.length) return undefined
  return `of ${meant.length} requests the app saw ${seen.length} and the client got ${answers.length} answers: ${JSON.stringify(text)}`
}
