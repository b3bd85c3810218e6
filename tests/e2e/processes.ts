import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

// Processes as Linux shows them in /proc.

/** The child of a process that works in a folder. @throws {Error} where there is none */
export function childOf(parent: number | undefined, cwd: string): number {
  const found = readdirSync('/proc')
    .map(Number)
    .find((pid) => {
      try {
        return parentOf(pid) === parent && readlinkSync(`/proc/${pid}/cwd`) === cwd
      } catch {
        return false
      }
    })
  if (found === undefined) throw new Error(`process ${parent} has no child in ${cwd}`)
  return found
}

/** Kills a process, and gives way to nothing in this one until the last of its threads has ended. */
export function killNow(pid: number): void {
  process.kill(pid, 'SIGKILL')
  const pause = new Int32Array(new SharedArrayBuffer(4))
  while (isRunning(pid)) Atomics.wait(pause, 0, 0, 1)
}

function isRunning(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).some((task) => !/[ZX]/.test(stateOf(pid, task)))
  } catch {
    return false
  }
}

function stateOf(pid: number, task: string): string {
  try {
    return afterName(readFileSync(`/proc/${pid}/task/${task}/stat`, 'latin1'))[0] ?? ''
  } catch {
    return 'X'
  }
}

function parentOf(pid: number): number {
  return Number(afterName(readFileSync(`/proc/${pid}/stat`, 'latin1'))[1])
}

/** The fields behind the name, which may hold anything: state, parent and so on. */
function afterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}
