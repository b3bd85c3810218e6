import { clientChunks, clientModules } from './client-modules.ts'
import { configCache } from './config-cache.ts'
import { edgeContexts, edgeRedirect } from './edge.ts'
import { edgeListeners } from './edge-listeners.ts'
import { envFiles } from './env-files.ts'
import { patchedFetch } from './fetch.ts'
import { imageCache } from './image-cache.ts'
import { instrumentation } from './instrumentation.ts'
import { intervals } from './intervals.ts'
import { loadable } from './loadable.ts'
import { loadManifest } from './load-manifest.ts'
import { loaderWorkers } from './loader-workers.ts'
import { manifests } from './manifests.ts'
import { memoryCache } from './memory-cache.ts'
import type { Patch } from './patch.ts'
import { processEnv } from './process-env.ts'
import { processExit, processFolder } from './process-exit.ts'
import { processListeners } from './process-listeners.ts'
import { revalidation } from './revalidation.ts'
import { assetSuffix, httpAgents, routerContext } from './server-globals.ts'
import { cacheControls, tags } from './tags.ts'
import { telemetry } from './telemetry.ts'
import { customCacheHandlers, useCache } from './use-cache.ts'

/** Everything that is keyed or watched, in the order in which it is installed. */
export const PATCHES: readonly Patch[] = [
  processEnv,
  processExit,
  processFolder,
  processListeners,
  intervals,
  envFiles,
  patchedFetch,
  manifests,
  clientModules,
  clientChunks,
  useCache,
  customCacheHandlers,
  assetSuffix,
  routerContext,
  httpAgents,
  memoryCache,
  tags,
  cacheControls,
  loadManifest,
  configCache,
  edgeContexts,
  edgeRedirect,
  edgeListeners,
  instrumentation,
  telemetry,
  imageCache,
  loaderWorkers,
  revalidation,
  loadable,
]

/** Called inside of the compartment of an app that ends. */
export function closePatches(): void {
  for (const patch of PATCHES) patch.close?.()
}
