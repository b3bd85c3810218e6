import { request, type IncomingMessage } from 'node:http'
import { CommandError } from '../errors.ts'
import type { Refusal } from './api.ts'

/** Errors that say that nobody listens. */
const NOBODY = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR'])

/**
 * Asks the running gateway over its control socket.
 * @returns undefined where none runs
 * @throws {CommandError} with what the gateway answered, where it refused
 */
export async function askGateway<T extends object>(
  socket: string,
  method: 'GET' | 'POST',
  path: string,
): Promise<T | undefined> {
  const answer = await send(socket, method, path)
  if (answer === undefined) return undefined
  const chunks = (await answer.toArray()) as Buffer[]
  const body = JSON.parse(Buffer.concat(chunks).toString()) as T | Refusal
  if (answer.statusCode !== 200) throw new CommandError((body as Refusal).error)
  return body as T
}

function send(
  socketPath: string,
  method: string,
  path: string,
): Promise<IncomingMessage | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, agent: false }, resolve)
    asked.once('error', (error: NodeJS.ErrnoException) => {
      if (NOBODY.has(error.code ?? '')) resolve(undefined)
      else reject(new CommandError(`cannot ask the gateway: ${error.message}`, { cause: error }))
    })
    asked.end()
  })
}
