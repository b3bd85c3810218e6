import { keyGlobal } from '../keyed.ts'
import type { Patch } from './patch.ts'

/** `__next_require__` (`server/app-render/app-render.js`): loads client components on the server. Check `suspense`. */
export const clientModules: Patch = {
  name: 'client-modules',
  install: () => keyGlobal('__next_require__'),
}

/** `__next_chunk_load__` (the same file): loads their chunks. Check `dynamic-import`. */
export const clientChunks: Patch = {
  name: 'client-chunks',
  install: () => {
    keyGlobal('__next_chunk_load__')
    keyGlobal('__next__clear_chunk_cache__')
  },
}
