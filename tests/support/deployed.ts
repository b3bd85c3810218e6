import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fetchOn } from './http.ts'
import { copyTree } from './copy-tree.ts'
import { createProject, type Project } from './project.ts'
import { runTenantry, startTenantry, type RunningTenantry } from './tenantry.ts'
import { TWINS } from './twins.ts'

export interface DeployedOptions {
  readonly runtime: 'process' | 'shared'
  /** The builds that releases are made from: the kind of the twins. */
  readonly kind: 'skew' | 'tiny' | 'main' | 'guarded'
  /** Content of `config/gateway.json`. */
  readonly gateway?: object
  /** More of the app's file. */
  readonly app?: object
}

/** A running `tenantry start` with the app `site`, whose releases are published by the command. */
export class Deployed implements AsyncDisposable {
  readonly gateway: RunningTenantry
  readonly project: Project
  readonly dir: string
  readonly #kind: string

  static async start({ runtime, kind, gateway, app }: DeployedOptions): Promise<Deployed> {
    // Apps find next in the folders above.
    const folder = await mkdtemp(join(TWINS, 'dist/run-'))
    const dir = join(folder, 'site')
    const project = await createProject({
      'config/gateway.json': { appsRoot: folder, ...gateway },
      'config/apps/site.json': { dir, runtime, ...app },
      'config/tenants/site.json': { hosts: ['site.localhost'] },
    })
    await putBuild(dir, kind, 'p')
    await run(project, ['publish', 'site'])
    const running = await startTenantry('start', project.configDir)
    return new Deployed(running, project, dir, kind)
  }

  private constructor(gateway: RunningTenantry, project: Project, dir: string, kind: string) {
    this.gateway = gateway
    this.project = project
    this.dir = dir
    this.#kind = kind
  }

  /** Runs a command on the project and expects it to succeed. @returns what it printed */
  run(...args: string[]): Promise<string> {
    return run(this.project, args)
  }

  /** Runs a command on the project. */
  try(...args: string[]): ReturnType<typeof runTenantry> {
    return runTenantry([...args, '--config', this.project.configDir])
  }

  /** Puts one of the twins' builds into the app's folder, as a build there does. */
  build(name: 'p' | 'q'): Promise<void> {
    return putBuild(this.dir, this.#kind, name)
  }

  async text(path = '/'): Promise<string> {
    return (await fetchOn(this.gateway.port, `http://site.localhost${path}`)).text()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]()
    await this.project[Symbol.asyncDispose]()
    await rm(join(this.dir, '..'), { recursive: true, force: true })
  }
}

async function run(project: Project, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runTenantry([...args, '--config', project.configDir])
  if (code !== 0)
    throw new Error(`tenantry ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
  return stdout
}

async function putBuild(dir: string, kind: string, name: string): Promise<void> {
  await rm(join(dir, '.next'), { recursive: true, force: true })
  await copyTree(join(TWINS, 'dist', kind, name), dir)
}
