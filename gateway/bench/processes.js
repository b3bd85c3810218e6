// What /proc says of running processes.
import { readFile, readdir } from 'node:fs/promises'

/** Clock ticks of Linux, in milliseconds. */
const TICK = 10

/** @returns pid → pids of its children */
export async function childrenByParent() {
  const children = new Map()
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const [, parent] = await readStat(entry)
    children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(entry)])
  }
  return children
}

/** CPU time of processes and of all below them, in milliseconds; 0 where there is no /proc. */
export async function readCpu(pids) {
  const times = (await withChildren(pids)).map(async (pid) => {
    const stat = await readStat(pid)
    const own = (Number(stat[11]) + Number(stat[12])) * TICK
    return Number.isNaN(own) ? 0 : own
  })
  return (await Promise.all(times)).reduce((sum, each) => sum + each, 0)
}

/** Sends a signal to processes and to all below them; to those alone where there is no /proc. */
export async function signalAll(pids, signal) {
  for (const pid of await withChildren(pids)) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended.
    }
  }
}

async function withChildren(pids) {
  const children = await childrenByParent().catch(() => new Map())
  const below = (pid) => [pid, ...(children.get(pid) ?? []).flatMap(below)]
  return pids.flatMap(below)
}

/** The fields behind the name, which stands in parentheses and may hold anything. */
async function readStat(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}
