import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll } from '@jest/globals'
import { copyTree } from './copy-tree.ts'
import { release } from './release.ts'
import { createProject, REPO, type Project } from './project.ts'
import { startTenantry, type RunningTenantry } from './tenantry.ts'
import { startUpstream, type Upstream } from './twins/upstream.ts'

export const TWINS = `${REPO}/tests/fixtures/twins`

export type Kind = 'main' | 'cached' | 'pages'

/** One of the apps that are alike: `p` and `q` were built from the same sources, `r` is a copy of `p`'s build. */
export interface Twin {
  readonly id: string
  readonly kind: Kind
  /** What its environment says at run time, and nobody else's. */
  readonly mark: string
  /** What its environment said when it was built. */
  readonly built: string
  /** Seconds that it keeps some pages: what its environment says, and what it said at the build. */
  readonly life: number
  readonly builtLife: number
  /** It revalidates; the others must not feel that. */
  readonly isReviser: boolean
}

const EACH = [
  { name: 'p', of: 'p', mark: 'plum', built: 'plum', life: 3600, builtLife: 3600 },
  { name: 'q', of: 'q', mark: 'quince', built: 'quince', life: 7200, builtLife: 7200 },
  { name: 'r', of: 'p', mark: 'rowan', built: 'plum', life: 10_800, builtLife: 3600 },
] as const

export const MARKS: readonly string[] = EACH.map(({ mark }) => mark)

export interface TwinsOptions {
  readonly runtime: 'shared' | 'process'
  readonly kinds: readonly Kind[]
  /** Names of compartment patches that are left out. */
  readonly without?: readonly string[]
  /** More of the gateway's environment, and of that of its apps. */
  readonly env?: Readonly<Record<string, string>>
  readonly appEnv?: Readonly<Record<string, string>>
  /** A folder that becomes `node_modules` of all twins. */
  readonly packages?: string
}

export interface RunningTwins extends AsyncDisposable {
  readonly gateway: RunningTenantry
  readonly upstream: Upstream
  readonly project: Project
  readonly twins: readonly Twin[]
  /** Where the twins' folders lie. */
  readonly folder: string
  /** Asks the gateway's process: `/process`, `/reload`, `/memory`. */
  control<T>(path: string): Promise<T>
}

/** Starts twins of each kind behind one gateway, from copies of their folders. */
export async function startTwins(options: TwinsOptions): Promise<RunningTwins> {
  const folder = await mkdtemp(join(TWINS, 'dist/run-'))
  const upstream = await startUpstream()
  const twins = options.kinds.flatMap((kind) => EACH.map((each) => toTwin(kind, each.name)))
  for (const kind of options.kinds) await copyTwins(kind, folder)
  const app = (id: string): object => ({
    runtime: options.runtime,
    env: { UPSTREAM: upstream.origin, GIVEN: id, FOLDER: folder, ...options.appEnv },
  })
  if (options.packages) await symlink(options.packages, join(folder, 'node_modules'))
  const project = await createProject(projectOf(twins, folder, app))
  const gateway = await startTwinsGateway(project, options.without, options.env)
  const running: RunningTwins = {
    gateway,
    upstream,
    project,
    twins,
    folder,
    control: (path) => askControl(gateway, path),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      await project[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    await Promise.all(twins.map(({ id }) => untilReady(gateway, id)))
  } catch (error) {
    await running[Symbol.asyncDispose]()
    throw error
  }
  return running
}

/** Runs the gateway with a switch for patches, which the command does not have. */
export function startTwinsGateway(
  project: Project,
  without: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningTenantry> {
  return startTenantry('start', project.configDir, {
    bin: `${TWINS}/gateway.mjs`,
    env: { WITHOUT: without.join(','), ...env },
  })
}

/** @throws {Error} where the app did not come up */
async function untilReady(gateway: RunningTenantry, app: string): Promise<void> {
  const events = new Set<unknown>(['app.ready', 'app.failed'])
  const line = await gateway.line(
    (line) => line['app'] === app && events.has(line['event']),
    `${app} is ready`,
  )
  if (line['event'] === 'app.failed') throw new Error(`${app}: ${JSON.stringify(line['err'])}`)
}

export async function askControl<T>(gateway: RunningTenantry, path: string): Promise<T> {
  const { control } = await gateway.line((line) => line['event'] === 'listening')
  const answer = await fetch(`http://127.0.0.1:${Number(control)}${path}`)
  return (await answer.json()) as T
}

/** Kind → the folder that holds its twins with their releases: each test gets a copy, as apps write to theirs. */
const published = new Map<Kind, Promise<string>>()
afterAll(async () => {
  for (const folder of published.values()) await rm(await folder, { recursive: true })
})

async function copyTwins(kind: Kind, folder: string): Promise<void> {
  const from = published.get(kind) ?? publishTwins(kind)
  published.set(kind, from)
  await copyTree(await from, folder)
}

async function publishTwins(kind: Kind): Promise<string> {
  const folder = await mkdtemp(join(TWINS, 'dist/run-'))
  for (const { name, of, mark, life } of EACH) {
    const dir = join(folder, `${kind}-${name}`)
    await copyTree(join(TWINS, 'dist', kind, of), dir)
    if (name !== of) {
      const env = `MARK=${mark}\nNEXT_PUBLIC_MARK=${mark}\nSECRET=secret-\${MARK}\nLIFE=${life}\n`
      await writeFile(join(dir, '.env'), env)
    }
    await release(dir)
  }
  return folder
}

function toTwin(kind: Kind, name: string): Twin {
  const found = EACH.find((each) => each.name === name) ?? EACH[0]
  const { mark, built, life, builtLife } = found
  return { id: `${kind}-${name}`, kind, mark, built, life, builtLife, isReviser: name === 'p' }
}

function projectOf(
  twins: readonly Twin[],
  folder: string,
  app: (id: string) => object,
): Record<string, string | object> {
  const files: Record<string, string | object> = {
    // What the gateway keeps would hide what the apps mix up.
    'config/gateway.json': { appsRoot: folder, log: { level: 'info' }, cache: false },
  }
  for (const { id } of twins) {
    files[`config/apps/${id}.json`] = { dir: join(folder, id), ...app(id) }
    files[`config/tenants/${id}.json`] = { hosts: [`${id}.localhost`] }
  }
  return files
}
