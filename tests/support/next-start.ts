import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from './free-port.ts'

/** `next start` on the build in an app's folder. */
export interface NextStart extends AsyncDisposable {
  readonly port: number
}

export async function nextStart(dir: string): Promise<NextStart> {
  const bin = createRequire(join(dir, 'package.json')).resolve('next/dist/bin/next')
  const port = await freePort()
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, [bin, 'start', '-p', String(port), '-H', '127.0.0.1'], {
    cwd: dir,
    env: { PATH, HOME, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('Ready')) resolve()
    })
  })
  await Promise.race([
    ready,
    exited.then(() => Promise.reject(new Error(`next start in ${dir} ended`))),
  ])
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exited
    },
  }
}
