import { setTimeout as delay } from 'node:timers/promises'
import { countRender } from '../../../renders.js'

/** An answer that shared caches may keep, and that takes its time. */
export async function GET(request) {
  const id = request.nextUrl.searchParams.get('id') ?? ''
  countRender(id)
  await delay(200)
  return Response.json({ id }, { headers: { 'cache-control': 'public, s-maxage=3600' } })
}
