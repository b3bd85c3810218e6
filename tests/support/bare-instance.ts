import { cp, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestRequest } from '../../gateway/dist/testing/fetch.js'
import { fetchOn } from './http.ts'
import { createProject } from './project.ts'
import { release } from './release.ts'
import { startTenantry, type LogLine } from './tenantry.ts'
import { TWINS } from './twins.ts'

/** One instance of an app, asked as the gateway asks it, and told of what it revalidates. */
export interface BareInstance extends AsyncDisposable {
  readonly port: number
  readonly log: readonly LogLine[]
  fetch(path: string, init?: TestRequest): Promise<Response>
  /** Asks as the gateway does where it may keep the answer. @returns what it is made from */
  fill(path: string, headers?: Record<string, string>): Promise<Filled>
  line(fits: (line: LogLine) => boolean, what?: string): Promise<LogLine>
}

export interface Filled {
  readonly status: number
  readonly cache: string | null
  readonly tags: readonly string[] | undefined
  /** Seconds. */
  readonly age: number | undefined
  readonly text: string
}

/** @param build such as `main/p` */
export async function startBare(
  runtime: 'process' | 'shared',
  build: string,
): Promise<BareInstance> {
  const folder = await mkdtemp(join(TWINS, 'dist/run-'))
  const dir = join(folder, 'site')
  await cp(join(TWINS, 'dist', build), dir, { recursive: true, verbatimSymlinks: true })
  await release(dir)
  const project = await createProject({
    'config/gateway.json': { appsRoot: folder },
    'config/apps/site.json': { dir, runtime },
    'config/tenants/site.json': { hosts: ['site.localhost'] },
  })
  const running = await startTenantry('start', project.configDir, { bin: `${TWINS}/instance.mjs` })
  const { port } = running
  const bare: BareInstance = {
    port,
    log: running.log,
    line: (fits, what) => running.line(fits, what),
    fetch: (path, init) => fetchOn(port, `http://site.localhost${path}`, init),
    async fill(path, headers) {
      const asked = { headers: { ...headers, 'x-tenantry-fill': '1' } }
      const answer = await bare.fetch(path, asked)
      const age = answer.headers.get('x-tenantry-age')
      return {
        status: answer.status,
        cache: answer.headers.get('x-nextjs-cache'),
        tags: answer.headers.get('x-tenantry-tags')?.split(',').map(decodeURIComponent),
        age: age === null ? undefined : Number(age),
        text: await answer.text(),
      }
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      await project[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return bare
}
