import { mkdir, rm } from 'node:fs/promises'
import { silentLogger } from '../../telemetry/logger.ts'
import type { FromSelfTest, ToSelfTest } from './prove.ts'
import { failedChecks } from './self-test.ts'
import { SharedRuntime } from './shared.ts'

// The entry of the process that runs the self-test: one message, and one answer.
process.on('message', (message: ToSelfTest) => void answer(message))
process.on('disconnect', () => process.exit())
if (!process.connected) process.exit(1)

async function answer(message: ToSelfTest): Promise<void> {
  const result = await test(message).catch((error: unknown) => ({ wrong: [String(error)], ms: 0 }))
  process.send?.(result satisfies FromSelfTest, () => process.exit())
}

async function test({ socketFolder, without }: ToSelfTest): Promise<FromSelfTest> {
  await mkdir(socketFolder, { recursive: true, mode: 0o700 })
  const runtime = new SharedRuntime({
    env: process.env,
    socketFolder,
    dev: false,
    port: () => 0,
    revalidated: () => {},
    logger: silentLogger(),
    without: new Set(without),
  })
  runtime.install()
  const startedAt = performance.now()
  const wrong = await failedChecks((fixture) => runtime.load(fixture, 0))
  const ms = Math.round(performance.now() - startedAt)
  await rm(socketFolder, { recursive: true, force: true })
  return { wrong, ms }
}
