/** Milliseconds: by so much the two differ while nothing is wrong, as one of them has no parts of a millisecond. */
const TOLERANCE = 1.5

/**
 * Keeps `performance.timeOrigin + performance.now()` at the time of day. Where the clock of a machine is set, or the machine was
 * suspended, they go apart for the rest of the process; Next.js dates what it stores, and what is revalidated, by the one and compares
 * with the other (`server/lib/incremental-cache/tags-manifest.external.js`, `areTagsExpired`): it would serve what is outdated for as long as they differ.
 */
export function followWallClock(): void {
  let { timeOrigin } = performance
  Object.defineProperty(performance, 'timeOrigin', {
    configurable: true,
    get(): number {
      const ahead = Date.now() - (timeOrigin + performance.now())
      if (Math.abs(ahead) > TOLERANCE) timeOrigin += ahead
      return timeOrigin
    },
  })
}
