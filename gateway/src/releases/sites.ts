import { mapLimited } from '../config/map-limited.ts'
import type { Release } from '../config/release.ts'
import type { Logger } from '../telemetry/logger.ts'
import { readSite, type Site } from './site.ts'

/** Releases that are read at once. */
const AT_ONCE = 4

/** The sites of the releases that a config names; one is forgotten with the last config that names it. */
export class Sites {
  readonly #logger: Logger
  readonly #sites = new WeakMap<Release, Site>()
  /** For releases that another config names again. */
  readonly #byDir = new Map<string, WeakRef<Site>>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** What is known of a release; undefined where it could not be read: then Next.js answers everything. */
  of(release: Release | undefined): Site | undefined {
    return release === undefined ? undefined : this.#sites.get(release)
  }

  /** Reads what is not known yet: before a config comes into force. Never rejects. */
  async load(apps: Iterable<{ readonly release: Release | undefined }>): Promise<void> {
    for (const [dir, site] of this.#byDir) if (site.deref() === undefined) this.#byDir.delete(dir)
    const releases = [...apps].map(({ release }) => release).filter((each) => each !== undefined)
    await mapLimited(releases, AT_ONCE, (release) => this.#load(release))
  }

  async #load(release: Release): Promise<void> {
    try {
      const site = this.#byDir.get(release.dir)?.deref() ?? (await readSite(release))
      this.#byDir.set(release.dir, new WeakRef(site))
      this.#sites.set(release, site)
    } catch (error) {
      const fields = { event: 'release.unreadable', release: release.id, err: error }
      this.#logger.warn(fields, 'its manifests cannot be read: Next.js answers everything')
    }
  }
}
