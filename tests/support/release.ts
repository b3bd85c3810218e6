import { pointTo, publish } from '../../gateway/dist/lifecycle/publish.js'
import type { Release } from '../../gateway/dist/config/release.js'

/** Publishes the build of an app's folder and points to it, as `tenantry publish` does without a gateway. */
export async function release(dir: string): Promise<Release> {
  const published = await publish(dir, false)
  await pointTo(dir, published.release)
  return published.release
}
