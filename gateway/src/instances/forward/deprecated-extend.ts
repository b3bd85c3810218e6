import { createRequire } from 'node:module'

// http-proxy takes `util._extend` when it loads, which warns from Node 22 on (DEP0060); this does the same work.
const util = createRequire(import.meta.url)('node:util') as { _extend: typeof Object.assign }
util._extend = Object.assign
