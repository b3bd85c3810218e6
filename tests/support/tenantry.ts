import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../gateway/bin/tenantry.js', import.meta.url))

/** One line of the gateway's JSON log. */
export type LogLine = Readonly<Record<string, unknown>>

export interface RunningTenantry extends AsyncDisposable {
  readonly process: ChildProcess
  readonly port: number
  /** Every line of the log so far. */
  readonly log: readonly LogLine[]
  /** Standard error so far. */
  readonly stderr: () => string
  /** The first line, seen or still to come, that fits; fails after a generous time. */
  line(fits: (line: LogLine) => boolean, what?: string): Promise<LogLine>
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Flags behind `--config`. Default: a free port. */
  readonly flags?: readonly string[]
  /** The command's file, where it is not this repository's. */
  readonly bin?: string
}

const PATIENCE = 90_000
const OWN_CONFIG = fileURLToPath(new URL('../../config', import.meta.url))
let sockets = 0

/** Runs `tenantry start` or `dev` on a free port with JSON logs and waits until it listens. */
export async function startTenantry(
  command: 'start' | 'dev',
  configDir: string,
  options: RunOptions = {},
): Promise<RunningTenantry> {
  const { bin = BIN, flags = ['--port', '0'] } = options
  const args = [bin, command, '--config', configDir, ...flags, ...socketFlag(configDir)]
  const child = spawn(process.execPath, args, {
    cwd: options.cwd ?? configDir,
    env: { ...baseEnv(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const log: LogLine[] = []
  const waiting = new Set<() => void>()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  createInterface({ input: child.stdout }).on('line', (text) => {
    log.push(parseLine(text))
    for (const check of waiting) check()
  })
  const line: RunningTenantry['line'] = (fits, what = String(fits)) =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const found = log.find(fits)
        if (found === undefined) return
        done()
        resolve(found)
      }
      const fail = (why: string): void => {
        done()
        reject(new Error(`${why} before a log line with ${what}:\n${tail(log)}\n${stderr}`))
      }
      const timer = setTimeout(() => fail(`${PATIENCE} ms went by`), PATIENCE)
      const done = (): void => {
        clearTimeout(timer)
        waiting.delete(check)
      }
      waiting.add(check)
      void exited.then(() => setImmediate(() => fail('the gateway ended')))
      check()
    })
  const stop: RunningTenantry['stop'] = async (signal = 'SIGTERM') => {
    child.kill(signal)
    const [code, by] = await exited
    return { code, signal: by }
  }
  const listening = await line((entry) => entry['event'] === 'listening', 'event listening').catch(
    (error: unknown) => {
      child.kill('SIGKILL')
      throw error
    },
  )
  return {
    process: child,
    port: Number(listening['port']),
    log,
    stderr: () => stderr,
    line,
    stop,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await stop()
    },
  }
}

/** Several gateways may run with the repository's own config at once. */
function socketFlag(configDir: string): string[] {
  if (configDir !== OWN_CONFIG) return []
  return ['--socket', join(tmpdir(), `tenantry-test-${process.pid}-${++sockets}.sock`)]
}

/** Runs any command to its end. */
export async function runTenantry(
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [options.bin ?? BIN, ...args], {
    cwd: options.cwd,
    env: { ...baseEnv(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

function baseEnv(): Record<string, string> {
  const { PATH = '', HOME = '', CI } = process.env
  return {
    PATH,
    HOME,
    ...(CI !== undefined && { CI }),
    NEXT_TELEMETRY_DISABLED: '1',
    NO_COLOR: '1',
  }
}

function parseLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine
  } catch {
    return { text }
  }
}

function tail(log: readonly LogLine[]): string {
  return log
    .slice(-20)
    .map((entry) => JSON.stringify(entry))
    .join('\n')
}
