import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers'
import { current } from '../compartment.ts'
import { ownCopy } from '../keyed.ts'
import type { Patch } from './patch.ts'

const INTERVALS = Symbol('intervals')

/**
 * Intervals, such as `instrumentation.ts` starts them: they would run on after the end of their app and hold its modules, once more after
 * each redeploy. Proven by the test of an interval that ends with its app.
 */
export const intervals: Patch = {
  name: 'intervals',
  install() {
    const { setInterval, clearInterval } = timers
    const set = (...args: Parameters<typeof setInterval>): NodeJS.Timeout => {
      const timer = setInterval(...args)
      running()?.add(timer)
      return timer
    }
    const clear = (timer?: Parameters<typeof clearInterval>[0]): void => {
      if (typeof timer === 'object') running()?.delete(timer)
      clearInterval(timer)
    }
    for (const owner of [timers, globalThis]) {
      Object.assign(owner, { setInterval: set, clearInterval: clear })
    }
    syncBuiltinESMExports()
  },
  close() {
    for (const timer of running() ?? []) clearInterval(timer)
  },
}

function running(): Set<NodeJS.Timeout> | undefined {
  const compartment = current()
  return compartment && ownCopy(compartment, INTERVALS, () => new Set())
}
