import { mapLimited } from '../config/map-limited.ts'
import { listReleases, type Release } from '../config/release.ts'
import type { Logger } from '../telemetry/logger.ts'
import { indexOldFiles, type FileIndex, type StaticFile } from './files.ts'
import { readSite, type Site } from './site.ts'

/** What of an app is needed to know its releases. */
export interface Released {
  /** Of a Next.js project. */
  readonly dir?: string
  readonly release: Release | undefined
}

interface Known {
  readonly site: Site
  /** Build files that only other kept releases have. */
  readonly oldFiles: FileIndex
  /** The ids of those releases. */
  readonly others: string
}

/** Apps whose releases are read at once. */
const AT_ONCE = 4
const NO_FILES: FileIndex = new Map()

/** The sites of the releases that a config names; one is forgotten with the last config that names it. */
export class Sites {
  readonly #logger: Logger
  readonly #known = new WeakMap<Release, Known>()
  /** For releases that another config names again. */
  readonly #byDir = new Map<string, WeakRef<Known>>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** What is known of a release; undefined where it could not be read: then Next.js answers everything. */
  of(release: Release | undefined): Site | undefined {
    return release === undefined ? undefined : this.#known.get(release)?.site
  }

  /** Build files of the other kept releases of its app, for pages that were loaded before it took over. */
  oldFiles(release: Release | undefined): FileIndex {
    return (release && this.#known.get(release)?.oldFiles) ?? NO_FILES
  }

  /** Reads what is not known yet: before a config comes into force. Never rejects. */
  async load(apps: Iterable<Released>): Promise<void> {
    for (const [dir, known] of this.#byDir) if (known.deref() === undefined) this.#byDir.delete(dir)
    await mapLimited([...apps], AT_ONCE, (app) => this.#load(app))
  }

  async #load({ dir, release }: Released): Promise<void> {
    if (dir === undefined || release === undefined) return
    try {
      const known = await readKnown(dir, release, this.#byDir.get(release.dir)?.deref())
      this.#byDir.set(release.dir, new WeakRef(known))
      this.#known.set(release, known)
    } catch (error) {
      const fields = { event: 'release.unreadable', release: release.id, err: error }
      this.#logger.warn(fields, 'its manifests cannot be read: Next.js answers everything')
    }
  }
}

/** @param before what was known of this release, which never changes; others come and go */
async function readKnown(
  appDir: string,
  release: Release,
  before: Known | undefined,
): Promise<Known> {
  const kept = (await listReleases(appDir)).filter(({ id }) => id !== release.id)
  const others = kept.map(({ id }) => id).join()
  if (before?.others === others) return before
  const site = before?.site ?? (await readSite(release))
  return { site, oldFiles: await readOldFiles(kept, site), others }
}

/** Of files of one name, the newest release's is served. */
async function readOldFiles(kept: readonly Release[], site: Site): Promise<FileIndex> {
  const old = new Map<string, StaticFile>()
  for (const { dir } of kept) {
    // A release that is just being pruned.
    const files = await indexOldFiles(dir).catch(() => NO_FILES)
    for (const [path, file] of files) if (!old.has(path) && !site.has(path)) old.set(path, file)
  }
  return old
}
