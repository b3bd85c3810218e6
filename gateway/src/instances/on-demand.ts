import { ContextStorage } from './context-storage.ts'

/** One call of `res.revalidate()`. */
interface Renewal {
  /** It has stored a page of its own. */
  isStored: boolean
}

interface NodeServer {
  revalidate: (this: NodeServer, request: object) => Promise<void>
}

const renewals = new ContextStorage<Renewal>()

/**
 * `res.revalidate()` is content with a page that was being made before the call (`revalidateBatcher` in
 * `server/response-cache/index.js`): then it is done once more (`revalidate` in `server/next-server.js`).
 */
export function renewOnDemand({ prototype }: { readonly prototype: object }): void {
  const server = prototype as NodeServer
  const { revalidate } = server
  server.revalidate = async function (request) {
    const renewal = { isStored: false }
    await renewals.run(renewal, () => revalidate.call(this, request))
    if (!renewal.isStored) await revalidate.call(this, request)
  }
}

/** Notes that the call of `res.revalidate()` that runs has stored a page. */
export function noteRenewal(): void {
  const renewal = renewals.getStore()
  if (renewal !== undefined) renewal.isStored = true
}
