// Builds the app of self-test/ twice, into dist/self-test/{p,q}: what the shared runtime proves itself on at start.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const next = createRequire(import.meta.url).resolve('next/dist/bin/next')
/** What a server of Next.js does not read. */
const LEFT_OUT = ['cache', 'diagnostics', 'static', 'trace', 'trace-build', 'types', 'turbopack']

for (const mark of ['p', 'q']) {
  const dir = join(root, 'dist/self-test', mark)
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  cpSync(join(root, 'self-test'), dir, { recursive: true })
  const built = spawnSync(process.execPath, [next, 'build'], {
    cwd: dir,
    env: { ...process.env, MARK: mark, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    encoding: 'utf8',
  })
  if (built.status !== 0)
    throw new Error(`the build of the self-test failed:\n${built.stdout}${built.stderr}`)
  for (const name of LEFT_OUT) rmSync(join(dir, '.next', name), { recursive: true, force: true })
  for (const name of readdirSync(join(dir, '.next'), { recursive: true })) {
    if (/\.(?:map|nft\.json)$/.test(name)) rmSync(join(dir, '.next', name))
  }
  // Next.js lists it at start, and npm packs no empty folder.
  mkdirSync(join(dir, '.next/static'))
  writeFileSync(join(dir, '.next/static/.keep'), '')
  makePortable(join(dir, '.next/required-server-files.json'))
  rmSync(join(dir, 'app'), { recursive: true })
  rmSync(join(dir, 'next.config.mjs'))
}

/** The build names the folder in which it was made; Next.js reads the config from there alone. */
function makePortable(file) {
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  const config = { ...manifest.config, outputFileTracingRoot: undefined }
  delete config.turbopack
  delete config.repoRoot
  writeFileSync(file, JSON.stringify({ version: manifest.version, config, files: [] }))
}
