import type { Answering } from '../answering.ts'
import { ContextStorage } from '../context-storage.ts'
import type { Origin } from '../public-origin.ts'

/** What the hooks in Next.js ask of the request that their work belongs to. */
export interface CurrentRequest {
  readonly origin: Origin
  /** undefined for an upgrade. */
  readonly answering: Answering | undefined
}

const requests = new ContextStorage<CurrentRequest>()

/** Runs the work, and all that follows from it, as that of the request. */
export function runRequest<T>(request: CurrentRequest, work: () => T): T {
  return requests.run(request, work)
}

export function currentRequest(): CurrentRequest | undefined {
  return requests.getStore()
}
