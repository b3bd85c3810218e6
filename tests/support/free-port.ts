import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A port on which nobody listens, below those that the system gives to who asks for any: between this and its use no other test
 * gets it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const server = createServer().listen(port)
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
