import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { Command, Option } from 'commander'
import { stringify } from 'yaml'
import { parseHostPattern } from '../config/host-pattern.ts'
import { idSchema } from '../config/schema.ts'
import { CommandError, UsageError } from '../errors.ts'
import { configDir, configOption } from './options.ts'
import { templateFiles, type Template } from './templates.ts'

interface AddFlags {
  readonly config: string
  readonly host: string[]
  readonly app?: string
  readonly template?: Template
}

/** `tenantry add <tenant>` */
export function addCommand(): Command {
  return new Command('add')
    .description('write the file of a new tenant; never overwrites')
    .argument('<tenant>', 'id of the tenant')
    .addOption(configOption())
    .option(
      '--host <host>',
      'a host of the tenant; may be repeated (default: <tenant>.localhost)',
      append,
      [],
    )
    .option('--app <app>', "app that serves it (default: the tenant's id)")
    .addOption(
      new Option('--template <router>', 'write a small Next.js app as well, in apps/<app>').choices(
        ['app', 'pages'],
      ),
    )
    .action(add)
}

async function add(tenant: string, flags: AddFlags): Promise<void> {
  const id = checkId(tenant)
  const app = flags.app === undefined ? undefined : checkId(flags.app)
  const hosts = (flags.host.length === 0 ? [`${id}.localhost`] : flags.host).map(checkHost)
  const dir = configDir(flags)
  const root = dirname(dir)
  const files = new Map<string, string>()
  if (flags.template !== undefined) {
    for (const [name, text] of templateFiles(flags.template, app ?? id)) {
      files.set(join(root, 'apps', app ?? id, name), text)
    }
  }
  // The tenant comes last: a running gateway sees it when its app is there.
  files.set(join(dir, 'tenants', `${id}.yaml`), tenantFile({ hosts, ...(app && { app }) }))
  await writeNew(files, root)
  console.log(`\n${id} answers ${hosts.map((host) => `http://${host}`).join(', ')}`)
  if (flags.template !== undefined) {
    console.log(
      `next: npm install, then tenantry build ${app ?? id} (not needed under tenantry dev)`,
    )
  }
}

function tenantFile(tenant: object): string {
  return `# yaml-language-server: $schema=../schema/tenant.schema.json\n${stringify(tenant)}`
}

/** Writes every file, or none where one of them exists. */
async function writeNew(files: ReadonlyMap<string, string>, root: string): Promise<void> {
  for (const path of files.keys()) {
    if (existsSync(path)) {
      throw new CommandError(`${relative(root, path)} exists already: nothing is overwritten`)
    }
  }
  for (const [path, text] of files) {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text, { flag: 'wx' })
    console.log(`wrote ${relative(resolve('.'), path)}`)
  }
}

function checkId(text: string): string {
  const parsed = idSchema.safeParse(text)
  if (parsed.success) return parsed.data
  throw new UsageError(`'${text}' is not an id: ${parsed.error.issues[0]?.message}`)
}

function checkHost(text: string): string {
  const pattern = parseHostPattern(text)
  if (typeof pattern === 'string') throw new UsageError(pattern)
  return pattern.text
}

function append(value: string, previous: string[]): string[] {
  return [...previous, value]
}
