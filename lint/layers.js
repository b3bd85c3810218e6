// Imports point one way: cli → gateway → listener, pipeline, admin → cache, lifecycle → instances → tenants, releases → config → http, telemetry, errors.
// Folders on one level do not import each other; what they need of each other is passed in by gateway.ts.
const LEVELS = [
  ['cli', 'index.ts', 'testing.ts', 'testing'],
  ['gateway.ts'],
  ['reloads.ts'],
  ['live-config.ts'],
  ['listener', 'pipeline', 'admin'],
  ['cache', 'lifecycle'],
  ['instances'],
  ['tenants', 'releases'],
  ['config'],
  ['http', 'telemetry', 'errors.ts', 'next.ts'],
  ['bag.ts', 'line.ts', 'system-date.ts'],
]
const SOURCE = '/gateway/src/'

const order = {
  meta: { type: 'problem' },
  create(context) {
    const [root, own] = context.filename.replaceAll('\\', '/').split(SOURCE)
    if (own === undefined) return {}
    const check = (node) => {
      const target = node.source?.value
      if (typeof target !== 'string' || !target.startsWith('.')) return
      const path = new URL(target, `file://${root}${SOURCE}${own}`).pathname.split(SOURCE)[1]
      const from = partOf(own)
      const to = path === undefined ? undefined : partOf(path)
      if (to === undefined || from === to || levelOf(from) < levelOf(to)) return
      if (sharesLevel(from, to)) return
      context.report({
        node,
        message: `'${from}' may not import '${to}': imports go down the layers only (lint/layers.js)`,
      })
    }
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check }
  },
}

/** The package's entry points and the command stand side by side at the top. */
function sharesLevel(from, to) {
  return LEVELS[0].includes(from) && LEVELS[0].includes(to)
}

function partOf(path) {
  return path.split('/')[0]
}

function levelOf(part) {
  const level = LEVELS.findIndex((parts) => parts.includes(part))
  if (level === -1) throw new Error(`gateway/src/${part} has no level in lint/layers.js`)
  return level
}

export default { meta: { name: 'layers' }, rules: { order } }
