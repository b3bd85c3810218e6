import { cp, mkdtemp, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fetchOn } from '../http.ts'
import { createProject, type Project } from '../project.ts'
import { copyTree } from '../copy-tree.ts'
import { release } from '../release.ts'
import type { LogLine, RunningTenantry } from '../tenantry.ts'
import { askControl, startTwinsGateway, TWINS } from '../twins.ts'
import { startUpstream, type Upstream } from './upstream.ts'

/** What the gateway's process says of itself. */
export interface ProcessState {
  readonly listeners: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
  /** Connections of clients that are open. */
  readonly sockets: number
  /** In which it works. */
  readonly folder: string
}

/** A gateway whose shared apps are copies of the twins, added and removed while it runs. */
export class SharedApps implements AsyncDisposable {
  readonly gateway: RunningTenantry
  readonly upstream: Upstream
  readonly project: Project
  readonly folder: string

  /**
   * @param apps id → the build that it is a copy of, such as `main/p`
   * @param without names of patches that are left out
   * @param drainTimeout what requests in flight have to end, where their app goes
   */
  static async start(
    apps: Readonly<Record<string, string>>,
    without: readonly string[] = [],
    drainTimeout = '5s',
  ): Promise<SharedApps> {
    const folder = await mkdtemp(join(TWINS, 'dist/run-'))
    const upstream = await startUpstream()
    const project = await createProject({
      'config/gateway.json': { appsRoot: folder, instances: { drainTimeout } },
    })
    for (const [id, build] of Object.entries(apps)) {
      await place({ folder, upstream, project }, id, build)
    }
    const gateway = await startTwinsGateway(project, without)
    const started = new SharedApps(gateway, { folder, upstream, project })
    await Promise.all(Object.keys(apps).map((id) => started.event('app.ready', id)))
    return started
  }

  private constructor(gateway: RunningTenantry, { folder, upstream, project }: Place) {
    this.gateway = gateway
    this.folder = folder
    this.upstream = upstream
    this.project = project
  }

  add(id: string, build: string): Promise<void> {
    return place(this, id, build)
  }

  async remove(id: string): Promise<void> {
    await this.project.remove(`config/apps/${id}.json`)
    await this.project.remove(`config/tenants/${id}.json`)
  }

  /** Publishes another build in the app's folder, and waits until the release before is gone. */
  async redeploy(id: string, build: string): Promise<void> {
    const dir = join(this.folder, id)
    const gone = this.#nextEnd(id)
    await rm(join(dir, '.next'), { recursive: true })
    await copyTree(join(TWINS, 'dist', build), dir)
    await release(dir)
    await this.reload()
    await gone
  }

  /** Takes the app away, puts another build into the folder of its release, and brings it back. */
  async overwrite(id: string, build: string): Promise<void> {
    const gone = this.#nextEnd(id)
    await this.remove(id)
    await this.reload()
    await gone
    const served = await realpath(join(this.folder, id, '.tenantry/current'))
    for (const name of ['.next', '.env']) {
      await rm(join(served, name), { recursive: true })
      await cp(join(TWINS, 'dist', build, name), join(served, name), { recursive: true })
    }
    await this.#bringBack(id)
  }

  /** Takes the app away and brings it back. */
  async restart(id: string): Promise<void> {
    const gone = this.#nextEnd(id)
    await this.remove(id)
    await this.reload()
    await gone
    await this.#bringBack(id)
  }

  /** Instances and servers of Next.js that are in memory, after the collection of garbage. */
  held(): Promise<{ readonly instances: number; readonly servers: number }> {
    return askControl(this.gateway, '/held')
  }

  /** Bytes of heap in use, after the collection of garbage. */
  async heap(): Promise<number> {
    const { heapUsed } = await askControl<NodeJS.MemoryUsage>(this.gateway, '/memory')
    return heapUsed
  }

  /** Changes the app's environment. */
  async change(id: string, env: object): Promise<void> {
    await this.project.write(`config/apps/${id}.json`, appFile(this, id, env))
    await this.reload()
  }

  async reload(): Promise<void> {
    const { reloaded } = await askControl<{ reloaded: boolean }>(this.gateway, '/reload')
    if (!reloaded) throw new Error('the config was refused')
  }

  state(): Promise<ProcessState> {
    return askControl(this.gateway, '/process')
  }

  event(name: string, app: string): Promise<LogLine> {
    return this.gateway.line(
      (line) => line['event'] === name && line['app'] === app,
      `${name} of ${app}`,
    )
  }

  get(id: string, path: string): Promise<Response> {
    return fetchOn(this.gateway.port, `http://${id}.localhost${path}`)
  }

  async text(id: string, path: string): Promise<string> {
    return (await this.get(id, path)).text()
  }

  async #bringBack(id: string): Promise<void> {
    await this.project.write(`config/apps/${id}.json`, appFile(this, id, { GIVEN: id }))
    await this.project.write(`config/tenants/${id}.json`, { hosts: [`${id}.localhost`] })
    await this.reload()
  }

  #nextEnd(id: string): Promise<LogLine> {
    const isEnd = (line: LogLine): boolean => line['event'] === 'app.closed' && line['app'] === id
    const ends = this.gateway.log.filter(isEnd).length
    return this.gateway.line(() => this.gateway.log.filter(isEnd).length > ends, `the end of ${id}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]()
    await this.upstream[Symbol.asyncDispose]()
    await this.project[Symbol.asyncDispose]()
    await rm(this.folder, { recursive: true, force: true })
  }
}

interface Place {
  readonly folder: string
  readonly upstream: Upstream
  readonly project: Project
}

async function place(where: Place, id: string, build: string): Promise<void> {
  const { folder, project } = where
  await copyTree(join(TWINS, 'dist', build), join(folder, id))
  await release(join(folder, id))
  await project.write(`config/apps/${id}.json`, appFile(where, id, { GIVEN: id }))
  await project.write(`config/tenants/${id}.json`, { hosts: [`${id}.localhost`] })
}

function appFile({ folder, upstream }: Place, id: string, env: object): object {
  return { dir: join(folder, id), runtime: 'shared', env: { UPSTREAM: upstream.origin, ...env } }
}
