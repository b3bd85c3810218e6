import type { Patch } from './patch.ts'

/** `instrumentation.ts` (`server/lib/router-utils/instrumentation-globals.external.js`). Check `instrumentation`. */
export const instrumentation: Patch = {
  name: 'instrumentation',
  install: (next) => next.key('next/dist/server/lib/router-utils/instrumentation-globals.external'),
}
