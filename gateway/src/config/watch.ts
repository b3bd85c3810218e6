import { existsSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { createDebounce } from './debounce.ts'
import { errorCode, isConfigFileName } from './source.ts'

/** A running watch. */
export interface ConfigWatch {
  /** Also watches these files, which may be anywhere and need not exist; replaces those named before. */
  watchFiles(paths: readonly string[]): void
  /** Ends the watch, after a call that is under way. */
  close(): Promise<void>
}

/** Without a new event for this long, a change is taken to be complete. */
const QUIET_MS = 100

/** A change is told at the latest this long after its first event. */
const LATEST_MS = 600

/** Wait before a folder that cannot be watched is tried again. */
const RETRY_MS = 1000

/**
 * Watches a config folder, its `apps` and its `tenants`: three watches, however many files. Calls never overlap; what
 * happens during a call leads to one more. The watches are set anew before each call, so that folders that came, went
 * or were swapped (as Kubernetes does with links) are followed, and no change is lost between the two.
 * @param onChange must not reject: a rejection becomes a process warning
 */
export function watchConfig(dir: string, onChange: () => Promise<void>): ConfigWatch {
  const folder = resolve(dir)
  let files: readonly string[] = []
  let watchers: readonly FSWatcher[] = []
  let retry: NodeJS.Timeout | undefined

  const debounce = createDebounce(QUIET_MS, LATEST_MS, async () => {
    arm()
    await onChange()
  })

  /** @returns whether everything that must be watched is */
  function arm(): boolean {
    clearTimeout(retry)
    const before = watchers
    const wanted = targets(folder, files)
    const opened = wanted.map(open)
    watchers = opened.filter((watcher) => typeof watcher === 'object')
    for (const watcher of before) watcher.close()
    const isComplete = !opened.includes('failed')
    if (!isComplete) tryLater()
    return isComplete
  }

  function open({ path, isNeeded, concerns }: Target): FSWatcher | 'failed' | 'absent' {
    try {
      const watcher = watch(path, { persistent: false }, (_, name) => {
        if (name === null || concerns(name)) debounce.trigger()
      })
      return watcher.on('error', tryLater)
    } catch (error) {
      return !isNeeded && errorCode(error) === 'ENOENT' ? 'absent' : 'failed'
    }
  }

  function tryLater(): void {
    clearTimeout(retry)
    retry = setTimeout(() => {
      if (arm()) debounce.trigger()
    }, RETRY_MS).unref()
  }

  arm()
  return {
    watchFiles(paths) {
      files = paths.map((path) => resolve(path))
      arm()
    },
    async close() {
      await debounce.close()
      clearTimeout(retry)
      for (const watcher of watchers) watcher.close()
    },
  }
}

/** A folder to watch, and which of its entries count. */
interface Target {
  readonly path: string
  readonly isNeeded: boolean
  readonly concerns: (name: string) => boolean
}

function targets(folder: string, files: readonly string[]): Target[] {
  const inside = [folder, join(folder, 'apps'), join(folder, 'tenants')]
  const own = new Set(inside.map((path) => basename(path)))
  return [
    ...inside.map((path) => ({
      path,
      isNeeded: path === folder,
      concerns: (name: string) => own.has(name) || isOfConfig(name),
    })),
    ...[...new Set(files.map((file) => dirname(file)))].map((path) =>
      existsSync(path)
        ? { path, isNeeded: false, concerns: (name: string) => files.includes(join(path, name)) }
        : // The folder may come with the file.
          {
            path: dirname(path),
            isNeeded: false,
            concerns: (name: string) => name === basename(path),
          },
    ),
  ]
}

/** Kubernetes swaps the content of a folder by renaming its link `..data`. */
function isOfConfig(name: string): boolean {
  return name.startsWith('..') || isConfigFileName(name)
}
