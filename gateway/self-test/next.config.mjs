/** Two builds of this app prove at start that compartments hold (`src/instances/shared/self-test.ts`). */
export default {
  productionBrowserSourceMaps: false,
  // The package's own folder is not written to, and no page is loaded that is not asked for.
  experimental: { isrFlushToDisk: false, preloadEntriesOnStart: false },
  env: { BUILT_MARK: process.env.MARK },
}
