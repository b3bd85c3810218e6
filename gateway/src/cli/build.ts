import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { Command } from 'commander'
import type { NextAppConfig, Config } from '../config/config.ts'
import { readEnv } from '../config/env.ts'
import { loadConfig } from '../config/load.ts'
import { CommandError } from '../errors.ts'
import { childEnv } from '../instances/child-env.ts'
import { publish } from '../lifecycle/publish.ts'
import { socketOption, type ControlFlags } from './control.ts'
import { chooseApps, deploy } from './deploy.ts'
import { giveWay } from './give-way.ts'
import { configDir, configOption } from './options.ts'

/** `tenantry build [app…]` */
export function buildCommand(): Command {
  return new Command('build')
    .description('run `next build` for the named apps, or for all, and publish what it made')
    .argument('[apps...]', 'ids of apps')
    .addOption(configOption())
    .addOption(socketOption())
    .action(async (ids: string[], flags: ControlFlags) => {
      await giveWay()
      const config = await loadConfig(configDir(flags), {
        mode: 'production',
        requireReleases: false,
      })
      for (const app of chooseApps(ids, config)) {
        console.log(`building ${app.id} (${relative(config.root, app.dir)})`)
        const code = await build(app)
        if (code !== 0)
          throw new CommandError(`the build of ${app.id} failed with exit code ${code}`)
        await publishApp(app, config, flags)
      }
    })
}

/** `tenantry publish [app…]` */
export function publishCommand(): Command {
  return new Command('publish')
    .description('make the build in .next, which may come from elsewhere, a release and serve it')
    .argument('[apps...]', 'ids of apps')
    .addOption(configOption())
    .addOption(socketOption())
    .action(async (ids: string[], flags: ControlFlags) => {
      await giveWay()
      const config = await loadConfig(configDir(flags), {
        mode: 'production',
        requireReleases: false,
      })
      for (const app of chooseApps(ids, config)) await publishApp(app, config, flags)
    })
}

async function publishApp(app: NextAppConfig, config: Config, flags: ControlFlags): Promise<void> {
  const { release, isNew } = await publish(app.dir)
  if (isNew) await deploy(app, release, config, flags)
  else console.log(`${app.id}: release ${release.id} is this build already`)
}

function build(app: NextAppConfig): Promise<number> {
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
