// Loading a config of 10,000 tenants: the first time, and again as a reload does it.
import { readFileSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { createConfigCache } from '../dist/config/cache.js'
import { loadConfig } from '../dist/config/load.js'
import { printRows } from './report.js'
import { onStage } from './stage.js'

const TENANTS = 10_000
const CURRENCIES = ['EUR', 'USD', 'GBP']

export function benchConfigLoad() {
  return onStage(async (stage) => {
    const dir = join(stage.folder, 'config')
    await writeProject(stage.folder, dir)
    const cache = createConfigCache()
    const load = () => loadConfig(dir, { mode: 'production', requireReleases: false, cache })
    const cold = await time(load)
    const same = await time(load)
    await writeFile(join(dir, 'tenants/t4711.yaml'), tenantFile(4711, 'changed'))
    const changed = await time(load)
    const bare = await time(() => parseBare(dir))
    const loaded = cache.tenants.size
    if (loaded !== TENANTS) throw new Error(`${loaded} tenants were loaded`)
    printRows(`Config: ${TENANTS.toLocaleString('en')} tenant files, on one core`, [
      ['', 'ms', 'to the first load'],
      ['first load', cold.toFixed(0), ''],
      ['again, nothing changed', same.toFixed(0), (same / cold).toFixed(2)],
      ['again, one file changed', changed.toFixed(0), (changed / cold).toFixed(2)],
      ['bare readFile and YAML parse', bare.toFixed(0), (bare / cold).toFixed(2)],
    ])
  })
}

async function writeProject(root, dir) {
  await mkdir(join(root, 'apps/shop'), { recursive: true })
  await mkdir(join(dir, 'tenants'), { recursive: true })
  await writeFile(join(root, 'apps/shop/package.json'), '{}')
  await writeFile(join(dir, 'gateway.yaml'), 'listen:\n  port: 3000\n')
  for (let i = 0; i < TENANTS; i++) {
    await writeFile(join(dir, `tenants/t${i}.yaml`), tenantFile(i, `Shop ${i}`))
  }
}

function tenantFile(i, name) {
  return `# yaml-language-server: $schema=../schema/tenant.schema.json
hosts:
  - t${i}.example.com
  - host: www.t${i}.example.com
    redirectTo: t${i}.example.com
app: shop
props:
  name: ${name}
  tagline: Made slowly, sold gladly
  accent: '#0f766e'
  currency: ${CURRENCIES[i % CURRENCIES.length]}
`
}

/** What no loader can do without: each file read and parsed, with nothing checked. */
async function parseBare(dir) {
  const folder = join(dir, 'tenants')
  for (const name of await readdir(folder)) parse(readFileSync(join(folder, name), 'utf8'))
}

async function time(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}
