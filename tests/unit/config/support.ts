import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ConfigError, formatIssue } from '../../../gateway/src/errors.ts'
import { loadConfig, type LoadOptions } from '../../../gateway/src/config/load.ts'

/** A folder in the system's temporary folder, gone at the end. */
export interface Folder extends AsyncDisposable {
  readonly root: string
  readonly configDir: string
  write(path: string, content: string | Uint8Array): Promise<void>
  link(path: string, target: string): Promise<void>
  remove(path: string): Promise<void>
}

/** Text, or the target of a link. */
export type Content = string | Uint8Array | { readonly link: string }

/** Makes a folder with these files; a path that ends with `/` makes a folder. */
export async function createFolder(files: Readonly<Record<string, Content>>): Promise<Folder> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'tenantry-config-')))
  const prepare = async (path: string): Promise<string> => {
    const full = join(root, path)
    await mkdir(path.endsWith('/') ? full : dirname(full), { recursive: true })
    return full
  }
  const folder: Folder = {
    root,
    configDir: join(root, 'config'),
    write: async (path, content) => {
      const full = await prepare(path)
      if (!path.endsWith('/')) await writeFile(full, content)
    },
    link: async (path, target) => symlink(target, await prepare(path)),
    remove: (path) => rm(join(root, path), { recursive: true, force: true }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
  for (const [path, content] of Object.entries(files)) {
    if (typeof content === 'object' && 'link' in content) await folder.link(path, content.link)
    else await folder.write(path, content)
  }
  return folder
}

/** A project with one tenant and its app, to which a test adds what it is about. */
export const ACME: Readonly<Record<string, Content>> = {
  'config/tenants/acme.yaml': 'hosts: [acme.localhost]\n',
  'apps/acme/package.json': '{}',
}

export const DEVELOPMENT: LoadOptions = { mode: 'development', requireReleases: false }
export const PRODUCTION: LoadOptions = { mode: 'production', requireReleases: true }

/** The lines of the error that loading throws; empty where it throws none. */
export async function issuesIn(
  folder: Folder,
  options: LoadOptions = DEVELOPMENT,
): Promise<string[]> {
  try {
    await loadConfig(folder.configDir, options)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(formatIssue)
    throw error
  }
}

/** The issues of a project that holds `ACME` and these files. */
export async function issuesOf(
  files: Readonly<Record<string, Content>>,
  options: LoadOptions = DEVELOPMENT,
): Promise<string[]> {
  await using folder = await createFolder({ ...ACME, ...files })
  return await issuesIn(folder, options)
}
