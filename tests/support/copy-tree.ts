import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Copies what is in a folder into another one, links as links and with new times: many times faster than `fs.cp`, which counts here. */
export async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  await run('cp', ['-dR', `${from}/.`, to])
}
