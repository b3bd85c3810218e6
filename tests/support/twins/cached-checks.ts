import { type Check, revalidate } from './check.ts'
import type { Visit } from './visit.ts'

const kind = 'cached'

/** `use cache`, with and without handlers of the app's own. */
export const CACHED_CHECKS: readonly Check[] = [
  {
    name: 'use-cache',
    kind,
    run: (visit) => readKept(visit, 'quiet'),
  },
  {
    name: 'use-cache-remote',
    kind,
    run: (visit) => readKept(visit, 'remote'),
  },
  {
    name: 'custom-cache-handler',
    kind,
    run: (visit) => readKept(visit, 'custom', { handled: visit.twin.mark }),
  },
  {
    name: 'cache-tag',
    kind,
    inTurn: true,
    async prepare(visit) {
      await revalidate(visit, 'tag=shared')
      await readTagged(visit)
    },
    async run(visit) {
      if (visit.twin.isReviser) await revalidate(visit, 'tag=shared')
      await readTagged(visit)
    },
  },
  {
    name: 'cache-life',
    kind,
    inTurn: true,
    async prepare(visit) {
      await revalidate(visit, 'path=/lives')
      await readLife(visit)
    },
    async run(visit) {
      if (visit.twin.isReviser) await revalidate(visit, 'path=/lives')
      await readLife(visit)
      const profile = await visit.ask('/profile')
      profile.is(200).saysBuilt('profile')
    },
  },
  {
    name: 'partly-static',
    kind,
    async run(visit) {
      const page = await visit.ask('/shell')
      page.is(200).saysBuilt('shell')
      page.saysBuilt('fallback')
      page.says('hole')
    },
  },
]

async function readKept(visit: Visit, name: string, more = {}): Promise<void> {
  const page = await visit.ask(`/values/${name}`)
  const { stamp } = page.is(200).says(name, { kept: visit.twin.mark, ...more })
  visit.stays('stamp', stamp, page)
}

async function readTagged(visit: Visit): Promise<void> {
  const page = await visit.ask('/values/tagged')
  const { stamp } = page.is(200).says('tagged', { kept: visit.twin.mark })
  if (visit.twin.isReviser) visit.changes('stamp', stamp, page)
  else visit.stays('stamp', stamp, page)
}

async function readLife(visit: Visit): Promise<void> {
  const { life, isReviser } = visit.twin
  const page = await visit.ask('/lives')
  const { stamp } = page.is(200).says('lives', { life })
  if (isReviser) visit.changes('stamp', stamp, page)
  else visit.stays('stamp', stamp, page)
  page.isKept(life)
}
