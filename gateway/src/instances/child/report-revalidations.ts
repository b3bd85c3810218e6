import type { ServerResponse } from 'node:http'
import { decodeTags, encodeTags, EVERYTHING, REVALIDATED } from '../../http/internal-headers.ts'
import { isOpen } from '../answering.ts'
import type { FromChild } from '../messages.ts'
import type { NodeServer } from '../next-app.ts'
import { renewOnDemand } from '../on-demand.ts'
import { RecentTags } from '../recent-tags.ts'
import type { Revalidation } from '../revalidation.ts'
import { watchCaches } from '../watch-caches.ts'
import { currentRequest } from './current-request.ts'

/**
 * Tells the gateway of each revalidation: by a message, which arrives whatever becomes of the request, and in the head of the answer
 * that is being made, which arrives before the client has it.
 */
export function reportRevalidations(
  nodeServer: NodeServer,
  send: (message: FromChild) => void,
): void {
  renewOnDemand(nodeServer)
  const recent = new RecentTags()
  watchCaches({
    recent: () => recent,
    answering: () => currentRequest()?.answering,
    revalidated(what) {
      send({ type: 'revalidated', ...what })
      const res = currentRequest()?.answering?.res
      if (res !== undefined && isOpen(res) && what.isRenewal !== true) announce(res, what)
    },
  })
}

function announce(res: ServerResponse, { tags = [] }: Revalidation): void {
  const before = res.getHeader(REVALIDATED)
  const known = typeof before === 'string' ? decodeTags(before) : []
  const all = known && encodeTags(new Set([...known, ...tags]))
  res.setHeader(REVALIDATED, all ?? EVERYTHING)
}
