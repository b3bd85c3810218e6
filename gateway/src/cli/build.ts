import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { Command } from 'commander'
import type { AppConfig, Config } from '../config/config.ts'
import { readEnv } from '../config/env.ts'
import { loadConfig } from '../config/load.ts'
import { CommandError, UsageError } from '../errors.ts'
import { childEnv } from '../instances/child-env.ts'
import { configDir, configOption } from './options.ts'

/** `tenantry build [app…]` */
export function buildCommand(): Command {
  return new Command('build')
    .description('run `next build` for the named apps, or for all')
    .argument('[apps...]', 'ids of apps')
    .addOption(configOption())
    .action(async (ids: string[], flags: { config: string }) => {
      const config = await loadConfig(configDir(flags), {
        mode: 'production',
        requireBuilds: false,
      })
      for (const app of chooseApps(ids, config)) {
        console.log(`building ${app.id} (${relative(config.root, app.dir)})`)
        const code = await build(app)
        if (code !== 0)
          throw new CommandError(`the build of ${app.id} failed with exit code ${code}`)
      }
    })
}

function chooseApps(ids: readonly string[], { apps }: Config): AppConfig[] {
  if (ids.length === 0) return [...apps.values()].filter((app) => !app.next.dev)
  return ids.map((id) => {
    const app = apps.get(id)
    if (app !== undefined) return app
    throw new UsageError(`There is no app '${id}'. The apps are: ${[...apps.keys()].join(', ')}`)
  })
}

function build(app: AppConfig): Promise<number> {
  const bin = createRequire(join(app.dir, 'package.json')).resolve('next/dist/bin/next')
  const child = spawn(process.execPath, [bin, 'build'], {
    cwd: app.dir,
    env: { ...childEnv(app, readEnv().all), NODE_ENV: 'production' },
    stdio: 'inherit',
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)))
  })
}
