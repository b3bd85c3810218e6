import { fileURLToPath } from 'node:url'
import { pointTo, prune, publish } from '../../gateway/dist/lifecycle/publish.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BUILT = [
  'apps/acme',
  'apps/globex',
  'apps/storefront',
  'tests/fixtures/probe',
  'tests/fixtures/files',
  'tests/fixtures/languages',
]

/** What was built becomes a release, as the gateway runs nothing else. */
export default async function publishAll() {
  for (const name of BUILT) {
    const { release, isNew } = await publish(ROOT + name)
    if (isNew) await pointTo(ROOT + name, release)
    await prune(ROOT + name, 2, new Set())
  }
}
