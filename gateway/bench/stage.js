// What a part of the benchmark starts, and its end.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, openSync, readFileSync, closeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { tmpdir } from 'node:os'

const PATIENCE = 10_000
const SERVER_CORE = '0'
const LOAD_CORE = '1'

/**
 * Runs a part; whatever it started on the stage is ended after it, also on Ctrl-C.
 * @param options `pin`: servers stay on the first core and what asks them on the second
 */
export async function onStage(part, { pin = false } = {}) {
  const stage = new Stage(await mkdtemp(join(tmpdir(), 'tenantry-bench-')), pin)
  let interrupted = false
  const leave = () => {
    interrupted = true
    void stage.close().then(() => process.exit(130))
  }
  process.on('SIGINT', leave).on('SIGTERM', leave)
  try {
    await part(stage)
  } catch (error) {
    if (!interrupted) throw error
  } finally {
    await stage.close()
    process.off('SIGINT', leave).off('SIGTERM', leave)
  }
}

class Stage {
  /** A folder of this part alone. */
  folder
  #running = new Set()
  #closing
  #pin

  constructor(folder, pin) {
    this.folder = folder
    this.#pin = pin
  }

  /**
   * Starts a server. What it prints goes to a file.
   * @param options `besideLoad`: where servers are pinned, it stays on the core of the load
   * @returns `{ name, pid, output(), hasEnded() }`
   */
  start(name, command, args, { besideLoad = false } = {}) {
    if (this.#closing !== undefined) throw new Error('the benchmark is ending')
    const file = join(this.folder, `${name.replaceAll(/\W+/g, '-')}.log`)
    const log = openSync(file, 'w')
    const child = this.#spawn(besideLoad ? LOAD_CORE : SERVER_CORE, command, args, [
      'ignore',
      log,
      log,
    ])
    closeSync(log)
    this.#running.add(child)
    child.once('error', () => this.#running.delete(child))
    child.once('exit', () => this.#running.delete(child))
    return {
      name,
      pid: child.pid,
      output: () => readFileSync(file, 'utf8'),
      hasEnded: () => !this.#running.has(child),
    }
  }

  /** Runs a command to its end and gives its standard output. */
  async run(command, args) {
    const child = this.#spawn(LOAD_CORE, command, args, ['ignore', 'pipe', 'pipe'])
    this.#running.add(child)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
    const [code] = await once(child, 'close')
    this.#running.delete(child)
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`)
    return stdout
  }

  #spawn(core, command, args, stdio) {
    const pinned = this.#pin ? [findCommand('taskset') ?? 'taskset', '-c', core] : []
    const [first, ...rest] = [...pinned, command, ...args]
    return spawn(first, rest, { env: plainEnv(), stdio })
  }

  close() {
    this.#closing ??= this.#closeNow()
    return this.#closing
  }

  async #closeNow() {
    await Promise.all([...this.#running].map(end))
    await rm(this.folder, { recursive: true, force: true })
  }
}

async function end(child) {
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE)
  await exited
  clearTimeout(timer)
}

/** The same for each server, so that none is slowed down by what the others do not have. */
function plainEnv() {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1' }
}

/** A port of 127.0.0.1 that nothing listens on. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** The path of a command, or undefined where it is not installed. */
export function findCommand(name) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

/** Whether a peer has to be left out, with a word. */
export function isMissing(command) {
  if (findCommand(command) !== undefined) return false
  console.log(`  ${command} is not installed: it is left out`)
  return true
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
