import { revalidateTag } from 'next/cache'

export const dynamic = 'force-dynamic'

export function POST() {
  revalidateTag('mark', { expire: 0 })
  return new Response('expired')
}
