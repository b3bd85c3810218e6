import { expect, test } from '@jest/globals'
import {
  current,
  enter,
  entryOf,
  openCompartment,
} from '../../gateway/src/instances/shared/compartment.ts'
import type { NextModules } from '../../gateway/src/instances/shared/modules.ts'
import { loadable } from '../../gateway/src/instances/shared/patches/loadable.ts'

type Loader = () => Promise<unknown>

/** As Next.js has it: one list for all, which whoever renders empties (`shared/lib/loadable.shared-runtime.js`). */
const waiting: Loader[] = []
const original = Object.assign(
  ({ loader }: { loader: Loader }) => {
    waiting.push(loader)
    return { render: { preload: loader } }
  },
  { preloadAll: () => Promise.all(waiting.splice(0).map((load) => load())) },
)

test('modules that an app never loaded go with it, and those of others are loaded in their compartment', async () => {
  const runtime = { vendored: { contexts: { Loadable: { default: original } } } }
  loadable.install({ require: () => runtime } as unknown as NextModules)
  const lazy = runtime.vendored.contexts.Loadable.default
  const loaded: unknown[] = []
  const [leaving, staying] = ['leaving', 'staying'].map((app) =>
    entryOf(openCompartment(app, {}, () => {})),
  ) as [ReturnType<typeof entryOf>, ReturnType<typeof entryOf>]
  for (const entry of [leaving, staying]) {
    enter(entry, () =>
      lazy({ loader: () => Promise.resolve(loaded.push([entry.handle, current()?.app])) }),
    )
  }
  expect(waiting).toHaveLength(2)
  enter(leaving, () => loadable.close?.())
  expect(waiting).toEqual([])
  expect(loaded).toEqual([[staying.handle, 'staying']])
})
