import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Root of the repository. */
export const REPO: string = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '')

/** A folder with a `config/` of its own, gone at the end. */
export interface Project extends AsyncDisposable {
  readonly root: string
  readonly configDir: string
  /** Writes a file below the root; an object as JSON, which config accepts as well. */
  write(path: string, content: string | object): Promise<void>
  /** Makes a link. @param target as the link says it */
  link(path: string, target: string): Promise<void>
  remove(path: string): Promise<void>
}

/**
 * Makes a project whose apps may lie anywhere in the repository.
 * @param files path below the root → text, or an object that is written as JSON
 */
export async function createProject(
  files: Readonly<Record<string, string | object>>,
): Promise<Project> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'tenantry-test-')))
  let written = 0
  const write = async (path: string, content: string | object): Promise<void> => {
    const file = join(root, path)
    await mkdir(dirname(file), { recursive: true })
    // Put in place by renaming: a gateway that watches never reads half of it.
    const whole = join(root, `.written-${++written}`)
    await writeFile(whole, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
    await rename(whole, file)
  }
  const project: Project = {
    root,
    configDir: join(root, 'config'),
    write,
    link: (path, target) => symlink(target, join(root, path)),
    remove: (path) => rm(join(root, path), { recursive: true, force: true }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
  await write('config/gateway.json', { appsRoot: REPO, log: { level: 'debug' } })
  for (const [path, content] of Object.entries(files)) await write(path, content)
  return project
}

/** Config of the app `probe`, the fixture with a route for each thing that is tested. */
export function probeApp(overrides: object = {}): object {
  return { dir: `${REPO}/tests/fixtures/probe`, ...overrides }
}
