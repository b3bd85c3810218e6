import { rendersOf } from '../../../renders.js'

/** How often something was rendered in this process: `?id=`. */
export function GET(request) {
  return Response.json(rendersOf(request.nextUrl.searchParams.get('id') ?? ''))
}
