import { readdir } from 'node:fs/promises'
import { setPriority } from 'node:os'

const NICE = 10

/**
 * Lets the gateway's visitors go first where this process, and those that it starts, would take their processors.
 * Linux has a priority for each thread, and libuv's compress.
 */
export async function giveWay(): Promise<void> {
  setPriority(NICE)
  const threads = await readdir('/proc/self/task').catch(() => [])
  for (const id of threads) {
    try {
      setPriority(Number(id), NICE)
    } catch {
      // It ended meanwhile.
    }
  }
}
