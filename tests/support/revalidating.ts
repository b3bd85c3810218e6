import { request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readForm } from '../e2e/forms.ts'
import { createProject, type Project } from './project.ts'
import { release } from './release.ts'
import { startTenantry, type LogLine, type RunningTenantry } from './tenantry.ts'
import { TWINS } from './twins.ts'

export type Runtime = 'process' | 'shared'
export const RUNTIMES: readonly Runtime[] = ['process', 'shared']

interface SendInit {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Sends a request to the app `site`. @returns the answer as it streams in */
export type Send = (path: string, init?: SendInit) => Promise<IncomingMessage>

export function sendTo(where: { port: number } | { socketPath: string }): Send {
  return async (path, { method = 'GET', headers, body } = {}) => {
    const sent = request({
      host: '127.0.0.1',
      ...where,
      agent: false,
      method,
      path,
      headers: { host: 'site.localhost', 'x-forwarded-host': 'site.localhost', ...headers },
    })
    sent.end(body)
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    answer.on('error', () => {})
    return answer
  }
}

export async function textOf(answer: IncomingMessage): Promise<string> {
  return Buffer.concat((await answer.toArray()) as Buffer[]).toString()
}

/** A way in which an app revalidates, and the tags that this stands for. */
export interface Kind {
  readonly name: string
  readonly tags: readonly string[]
  readonly ask: (send: Send) => Promise<IncomingMessage>
}

/** Each of the fixture `revalidating`. */
export const KINDS: readonly Kind[] = [
  posted('revalidateTag', '/api/revalidate?tag=shop&tag=gr%C3%B6%C3%9Fe', [
    'shop',
    'gr%C3%B6%C3%9Fe',
  ]),
  posted('revalidateTag with a profile', '/api/revalidate?tag=later&profile=max', ['later']),
  posted('revalidatePath', '/api/revalidate?path=/tagged', ['_N_T_/tagged']),
  posted('revalidatePath of a route', '/api/revalidate?path=/items/[id]&type=page', [
    '_N_T_/items/[id]/page',
  ]),
  posted('revalidateTag and revalidatePath in an edge route', '/api/edge?tag=edge&path=/', [
    'edge',
    '_N_T_/',
  ]),
  posted('revalidateTag before a stream', '/api/stream?tag=stream', ['stream']),
  posted('revalidateTag before a redirect', '/api/redirect?tag=away', ['away']),
  posted('res.revalidate of a page of the Pages Router', '/api/renew?path=/news/one', [
    '_N_T_/news/one',
  ]),
  posted('res.revalidate of a page of the App Router', '/api/renew?path=/static', ['_N_T_/static']),
  acted('updateTag in an action', 'tag', 'acted', 'acted'),
  acted('revalidatePath in an action', 'path', '/isr', '_N_T_/isr'),
  acted('updateTag in an action that redirects', 'leave', 'left', 'left'),
]

function posted(name: string, path: string, tags: readonly string[]): Kind {
  return { name, tags, ask: (send) => send(path, { method: 'POST' }) }
}

function acted(name: string, form: string, what: string, tag: string): Kind {
  return { name, tags: [tag], ask: (send) => act(send, form, what) }
}

/** Submits one of the forms of the fixture's page `/act`, as a browser without JavaScript does. */
export async function act(send: Send, form: string, what: string): Promise<IncomingMessage> {
  const fields = readForm(await textOf(await send('/act')), `form-${form}`)
  const data = new FormData()
  for (const [key, value] of Object.entries({ ...fields, what })) data.set(key, value)
  const encoded = new Response(data)
  const type = encoded.headers.get('content-type') ?? ''
  const headers = { 'content-type': type, origin: 'http://site.localhost' }
  return send('/act', { method: 'POST', headers, body: await encoded.text() })
}

/** What the fixture's builds differ in: `q` has a `cacheHandler` of its own. */
type Build = `${'revalidating' | 'cached' | 'pages' | 'guarded' | 'catchall'}/${'p' | 'q'}`

export interface Site extends AsyncDisposable {
  readonly running: RunningTenantry
  readonly project: Project
  readonly send: Send
  /** How many lines of the log there are. */
  now(): number
  /** What the app `site` was said to revalidate between two lines of the log. */
  told(from: number, to?: number): LogLine[]
  /** Waits for a line behind another. @returns its place */
  next(from: number, fits: (line: LogLine) => boolean, what: string): Promise<number>
}

export interface SiteOptions {
  readonly build?: Build
  /** `gateway`: the whole of it. `command`: the same as `tenantry start`. `nothing`: the instance is asked as the gateway asks it, and its heads are logged. */
  readonly front: 'gateway' | 'command' | 'nothing'
  /** Each on `<id>.localhost`. Default: `site`. */
  readonly tenants?: readonly string[]
  /** Changes the copy of the build before it is made a release. */
  readonly edit?: (dir: string) => Promise<void>
}

/** Starts the app `site` from a copy of a build. */
export async function startSite(runtime: Runtime, options: SiteOptions): Promise<Site> {
  const { project, folder } = await siteProject(runtime, options)
  const own = options.front === 'gateway' ? 'gateway.mjs' : 'instance.mjs'
  const running = await startTenantry('start', project.configDir, {
    ...(options.front !== 'command' && { bin: join(TWINS, own) }),
  })
  const { log, port } = running
  if (options.front !== 'nothing') {
    await running.line((line) => line['event'] === 'app.ready' && line['app'] === 'site')
  }
  return {
    running,
    project,
    send: sendTo({ port }),
    now: () => log.length,
    told: (from, to) =>
      log
        .slice(from, to)
        .filter((line) => line['event'] === 'revalidated' && line['app'] === 'site'),
    async next(from, fits, what) {
      const isIt = (line: LogLine): boolean => fits(line) && log.indexOf(line, from) >= from
      return log.indexOf(await running.line(isIt, what), from)
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      await project[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A project whose one app, `site`, is a copy of a build in a folder of its own. */
export async function siteProject(
  runtime: Runtime,
  { build = 'revalidating/p', tenants = ['site'], edit }: Omit<SiteOptions, 'front'> = {},
): Promise<{ project: Project; folder: string }> {
  const folder = await mkdtemp(join(TWINS, 'dist/run-'))
  const dir = join(folder, 'site')
  await cp(join(TWINS, 'dist', build), dir, { recursive: true, verbatimSymlinks: true })
  await edit?.(dir)
  await release(dir)
  const project = await createProject({
    'config/gateway.json': {
      appsRoot: folder,
      log: { level: 'info' },
      // All visitors come from one address, as fast as they can.
      limits: { rate: false, tenant: { rate: false } },
    },
    'config/apps/site.json': { dir, runtime },
    ...Object.fromEntries(
      tenants.map((id) => [
        `config/tenants/${id}.json`,
        { app: 'site', hosts: [`${id}.localhost`] },
      ]),
    ),
  })
  return { project, folder }
}

/** For `edit`, of an app whose middleware would be asked about every page, so that none is stored. */
export async function withoutMiddleware(dir: string): Promise<void> {
  const file = join(dir, '.next/server/middleware-manifest.json')
  const manifest = JSON.parse(await readFile(file, 'utf8')) as object
  await writeFile(file, JSON.stringify({ ...manifest, middleware: {} }))
}

/** Tags of all the lines. */
export function tagsOf(lines: readonly LogLine[]): string[] {
  return lines.flatMap((line) => (line['tags'] as string[] | undefined) ?? [])
}
