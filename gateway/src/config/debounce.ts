/** Gathers a burst of events into few calls. */
export interface Debounce {
  readonly trigger: () => void
  /** Drops what is waiting, and waits for a call that is under way. */
  readonly close: () => Promise<void>
}

/**
 * Calls once it was quiet for a while, and at the latest some time after the first event. Calls never overlap; events
 * during a call lead to one more.
 * @param quietMs milliseconds without an event
 * @param latestMs milliseconds after the first event
 * @param call where it rejects, the process emits a warning
 */
export function createDebounce(
  quietMs: number,
  latestMs: number,
  call: () => Promise<void>,
): Debounce {
  let timer: NodeJS.Timeout | undefined
  let latest = Infinity
  let running: Promise<void> | undefined
  let isDue = false
  let isClosed = false

  function trigger(): void {
    if (isClosed) return
    const now = performance.now()
    latest = Math.min(latest, now + latestMs)
    clearTimeout(timer)
    timer = setTimeout(run, Math.max(0, Math.min(quietMs, latest - now)))
  }

  function run(): void {
    isDue = running !== undefined
    if (isDue || isClosed) return
    latest = Infinity
    running = call()
      .catch((error: Error) => process.emitWarning(error))
      .finally(() => {
        running = undefined
        if (isDue) run()
      })
  }

  return {
    trigger,
    async close() {
      isClosed = true
      clearTimeout(timer)
      await running
    },
  }
}
