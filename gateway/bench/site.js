// The app that the fast path is measured with: built once, from sources and generated files that are always the same.
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildIfMissing } from './servers.js'

export const SITE = fileURLToPath(new URL('site', import.meta.url))

/** Bytes before the build makes them smaller; the assets come out at about 6 KB and 200 KB. */
const GENERATED = {
  'generated/small.css': () => styleSheet(7400),
  'generated/large.css': () => styleSheet(246_000),
  'public/picture.svg': () => picture(12_000),
}

/** @returns the rows: `[{ path, what, kind }]` */
export async function buildSite(stage) {
  for (const [path, make] of Object.entries(GENERATED)) {
    await mkdir(dirname(join(SITE, path)), { recursive: true })
    await writeIfOther(join(SITE, path), make())
  }
  if (await isOutdated()) await rm(join(SITE, '.next'), { recursive: true, force: true })
  await buildIfMissing(stage, SITE)
  const [small, large] = await findStyleSheets()
  return [
    { path: '/', what: 'a prerendered page', kind: 'page' },
    { path: '/isr', what: 'an ISR page, revalidated every 2 s', kind: 'isr' },
    { path: small, what: 'a hashed asset of 6 KB', kind: 'asset' },
    { path: large, what: 'a hashed asset of 200 KB', kind: 'large' },
    { path: '/picture.svg', what: 'a file of public/', kind: 'public' },
    { path: '/dynamic', what: 'a dynamic page', kind: 'dynamic' },
    { path: '/api/hello?name=bench', what: 'a route handler', kind: 'route' },
  ]
}

/** Whether a source is newer than the build. */
async function isOutdated() {
  const { mtimeMs } = await stat(join(SITE, '.next/BUILD_ID')).catch(() => ({ mtimeMs: 0 }))
  const names = await readdir(SITE, { recursive: true })
  const sources = names.filter((name) => /^[^.].*\.(?:jsx?|css|svg)$/.test(name))
  const dates = await Promise.all(
    sources.map(async (name) => (await stat(join(SITE, name))).mtimeMs),
  )
  return Math.max(...dates) > mtimeMs
}

/** An unchanged file keeps its date. */
async function writeIfOther(file, content) {
  if ((await readFile(file, 'utf8').catch(() => undefined)) !== content)
    await writeFile(file, content)
}

/** @returns the paths of the smaller and the larger one */
async function findStyleSheets() {
  const folder = join(SITE, '.next/static')
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.css'))
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size))
  if (names.length !== 2) throw new Error(`${folder} holds ${names.length} style sheets, not 2`)
  if (sizes[0] > sizes[1]) names.reverse()
  return names.map((name) => `/_next/static/${name}`)
}

function styleSheet(bytes) {
  const rules = []
  const next = numbers()
  for (let length = 0; length < bytes; length += rules.at(-1).length + 1) {
    const [left, top, hue] = [next(100), next(100), next(360)]
    const rule = `.part-${rules.length}{color:hsl(${hue} 40% 30%);padding:${top}px ${left}px}`
    rules.push(rule)
  }
  return rules.join('\n')
}

function picture(bytes) {
  const next = numbers()
  const dots = []
  for (let length = 0; length < bytes; length += dots.at(-1).length) {
    dots.push(`<circle cx="${next(800)}" cy="${next(600)}" r="${next(9)}"/>`)
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600">${dots.join('')}</svg>`
}

/** The same row of numbers each time (Park and Miller). @returns gives one below `limit` */
function numbers() {
  let state = 20_260
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647
    return state % limit
  }
}
