// A project of its own below the repository, so that its apps find their node_modules by walking up.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { dirname, join } from 'node:path'
import { askGateway } from '../../dist/admin/client.js'
import { pointTo, publish } from '../../dist/lifecycle/publish.js'
import { NO_RATE, REPO } from '../servers.js'

const TENANTRY = join(REPO, 'gateway/bin/tenantry.js')
const FIXTURES = join(REPO, 'tests/fixtures')
/** Builds that apps are copies of. */
const BUILDS = {
  p: 'twins/dist/main/p',
  q: 'twins/dist/main/q',
  small: 'twins/dist/tiny/p',
  probe: 'probe',
}
const LEFT_OUT = /\/(?:node_modules|\.tenantry|\.next\/(?:cache|dev))$/

export class Project {
  folder
  #running
  #log = []

  static async create(files, apps) {
    await mkdir(join(REPO, '.tenantry'), { recursive: true })
    const project = new Project(await mkdtemp(join(REPO, '.tenantry/bench-')))
    await project.write('config/gateway.json', { ...NO_RATE, ...files })
    for (const [id, { build, ...app }] of Object.entries(apps)) {
      await project.put(id, build)
      await project.release(id)
      await project.write(`config/apps/${id}.json`, app)
      await project.write(`config/tenants/${id}.json`, { hosts: [`${id}.localhost`] })
    }
    return project
  }

  constructor(folder) {
    this.folder = folder
  }

  dir(id) {
    return join(this.folder, 'apps', id)
  }

  async write(path, content) {
    const file = join(this.folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, JSON.stringify(content))
  }

  /** Puts a build into an app's folder, as `next build` does. */
  async put(id, build) {
    await rm(join(this.dir(id), '.next'), { recursive: true, force: true })
    const from = join(FIXTURES, BUILDS[build])
    const filter = (path) => path === from || !LEFT_OUT.test(path)
    await cp(from, this.dir(id), { recursive: true, verbatimSymlinks: true, filter })
  }

  async release(id) {
    await pointTo(this.dir(id), (await publish(this.dir(id))).release)
  }

  /** Runs `tenantry start`. */
  async start() {
    const args = [TENANTRY, 'start', '--port', '0', '--host', '127.0.0.1', ...this.#flags()]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#running = child
    const listening = new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}`)))
      createInterface({ input: child.stdout }).on('line', (line) => {
        const entry = JSON.parse(line)
        if (entry.event === 'listening') resolve(entry.port)
        if (entry.event !== undefined && entry.event !== 'access') this.#log.push(entry)
      })
    })
    this.port = await listening
    this.pid = child.pid
  }

  /** Runs a command to its end. @returns its exit code and what it printed */
  async run(...args) {
    const child = spawn(process.execPath, [TENANTRY, ...args, ...this.#flags()])
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
    const [code] = await once(child, 'close')
    return { code, output }
  }

  /** Asks over the control socket. */
  control(method, path) {
    return askGateway(join(this.folder, '.tenantry/gateway.sock'), method, path)
  }

  async app(id) {
    const { apps } = await this.control('GET', '/v1/status')
    return apps.find(({ app }) => app === id)
  }

  async close() {
    const { exitCode = 0, signalCode = null } = this.#running ?? {}
    if (exitCode === null && signalCode === null) {
      this.#running.kill('SIGTERM')
      await once(this.#running, 'exit')
    }
    await rm(this.folder, { recursive: true, force: true })
  }

  /** The log's lines of one event. */
  events(name) {
    return this.#log.filter(({ event }) => event === name)
  }

  #flags() {
    return ['--config', join(this.folder, 'config')]
  }
}
