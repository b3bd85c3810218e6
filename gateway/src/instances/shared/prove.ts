import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { InstanceError } from '../../errors.ts'
import type { Logger } from '../../telemetry/logger.ts'

const ENTRY = fileURLToPath(new URL('./self-test-process.js', import.meta.url))
/** Milliseconds; on an idle machine it takes less than one second. */
const PATIENCE = 30_000

/** What stands behind such a flag is code. */
const CODE_NEXT = /^(?:-e|-p|-pe|--eval|--print)$/
const NOT_TAKEN = /^(?:--inspect|--input-type|--eval|--print|-e$|-p$|-pe$)/

/** What the process of the self-test is told. */
export interface ToSelfTest {
  /** Folder for its sockets. */
  readonly socketFolder: string
  /** Names of patches that are left out. */
  readonly without: readonly string[]
}

/** What it answers. */
export interface FromSelfTest {
  /** The checks that failed. */
  readonly wrong: readonly string[]
  /** Milliseconds from the first app's load to the last check. */
  readonly ms: number
}

interface ProveParts extends ToSelfTest {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly logger: Logger
}

/**
 * Runs the self-test with the Node.js, its flags, the environment and the copy of Next.js of this process, and not in it: V8 would optimise the
 * code that apps share for the apps of the self-test, too, and every request would pay for it.
 * @throws {InstanceError} names each check that failed, or why there is no result; then no shared app may run
 */
export async function prove({ env, logger, ...message }: ProveParts): Promise<void> {
  const child = fork(ENTRY, [], {
    env: { ...env },
    execArgv: flagsOf(process.execArgv),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  child.send(message, () => {})
  const { wrong, ms } = await resultOf(child)
  if (wrong.length > 0) {
    throw new InstanceError(
      `the self-test of the shared runtime failed, so that its apps could see each other: ${wrong.join('; ')}. Use \`runtime: process\``,
    )
  }
  logger.debug({ event: 'shared.proven', ms }, 'compartments hold')
}

/** Flags of this process that another one takes: not the debugger's port, nor code that would run there once more. */
export function flagsOf(flags: readonly string[]): string[] {
  const isTaken = (flag: string, i: number): boolean =>
    !NOT_TAKEN.test(flag) && !CODE_NEXT.test(flags[i - 1] ?? '')
  return flags.filter(isTaken)
}

async function resultOf(child: ChildProcess): Promise<FromSelfTest> {
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE)
  try {
    return await new Promise((resolve, reject) => {
      const none = (how: string): void => {
        reject(
          new InstanceError(`the self-test of the shared runtime did not come to its end: ${how}`),
        )
      }
      child.once('message', (result) => resolve(result as FromSelfTest))
      child.once('error', (error) => none(error.message))
      child.once('exit', (code, signal) => none(signal ?? `exit code ${code}`))
    })
  } finally {
    clearTimeout(timer)
  }
}
