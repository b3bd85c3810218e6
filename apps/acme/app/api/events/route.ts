import { parcelsPacked } from '@/lib/dispatch'

const maximumTicks = 60

/** One tick a second, until the client leaves or a minute is over. */
export function GET(request: Request): Response {
  const encoder = new TextEncoder()
  let timer: NodeJS.Timeout | undefined
  const stop = () => clearInterval(timer)

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let ticks = 0
      const send = (event: string, data: unknown) =>
        controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`))
      const tick = () => {
        const at = new Date()
        send('tick', { tick: ++ticks, packed: parcelsPacked(at), at: at.toISOString() })
        if (ticks < maximumTicks) return
        stop()
        send('end', { ticks })
        controller.close()
      }
      timer = setInterval(tick, 1000)
      request.signal.addEventListener('abort', stop)
      tick()
    },
    cancel: stop,
  })

  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
    },
  })
}
