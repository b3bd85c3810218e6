import { Socket } from 'node:net'
import { Channel } from '../channel.ts'
import type { FromChild, StartMessage, ToChild } from '../messages.ts'
import { startApp, type RunningApp } from './app.ts'

// The entry of an app's child process: one start message, then requests over its socket until told to close.

/** The file descriptor of the channel to the gateway. */
const CHANNEL = 3

let running: Promise<RunningApp> | undefined

const socket = new Socket({ fd: CHANNEL, readable: true, writable: true })
const channel = new Channel<ToChild, FromChild>(socket, (message) => {
  if (message.type === 'start') void start(message)
  else if (message.type === 'ping') channel.send({ type: 'pong', rss: process.memoryUsage.rss() })
  else void close()
})
// A gateway that is gone must not leave its apps serving.
socket.once('close', () => process.exit(0))
process.on('SIGTERM', () => void close())
process.on('SIGINT', () => {})

async function start(message: StartMessage): Promise<void> {
  running = startApp(message, (said) => channel.send(said))
  try {
    const { nextVersion } = await running
    channel.send({ type: 'ready', nextVersion })
  } catch (error) {
    channel.send({
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
