import type { NextApiRequest, NextApiResponse } from 'next'
import { visitOf, type Visit } from '@/lib/visit'

export default function handler(
  request: NextApiRequest,
  response: NextApiResponse<Pick<Visit, 'tenant' | 'host'>>,
) {
  const { tenant, host } = visitOf(request.headers)
  response.setHeader('cache-control', 'no-store').json({ tenant, host })
}
