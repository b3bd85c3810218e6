import type { FromChild, StartMessage, ToChild } from '../messages.ts'
import { startApp, type RunningApp } from './app.ts'

// The entry of an app's child process: one start message, then requests over its socket until told to close.
let running: Promise<RunningApp> | undefined

process.on('message', (message: ToChild) => {
  if (message.type === 'start') void start(message)
  else if (message.type === 'ping') send({ type: 'pong', rss: process.memoryUsage.rss() })
  else void close()
})
// A gateway that is gone must not leave its apps serving.
process.on('disconnect', () => process.exit(0))
process.on('SIGTERM', () => void close())
process.on('SIGINT', () => {})
if (!process.connected) process.exit(1)

async function start(message: StartMessage): Promise<void> {
  running = startApp(message, send)
  try {
    const { nextVersion } = await running
    send({ type: 'ready', nextVersion })
  } catch (error) {
    send({
      type: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
  }
}

async function close(): Promise<void> {
  const app = await running?.catch(() => undefined)
  await app?.close()
  process.exit(0)
}

function send(message: FromChild): void {
  process.send?.(message)
}
