import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** What a build's manifests hold at the least. */
const MANIFESTS = {
  '.next/BUILD_ID': 'build',
  '.next/required-server-files.json': { config: {} },
  '.next/routes-manifest.json': {
    headers: [],
    redirects: [],
    rewrites: { beforeFiles: [], afterFiles: [], fallback: [] },
    staticRoutes: [],
    dynamicRoutes: [],
    dataRoutes: [],
  },
  '.next/prerender-manifest.json': { routes: {}, dynamicRoutes: {} },
}

/**
 * Makes a release that no Next.js has built and none runs, and points to it.
 * @param files path below the release → content
 * @param id later ones are newer
 * @returns folder of the release
 */
export async function smallRelease(
  appDir: string,
  files: Readonly<Record<string, string | Buffer>>,
  id = '20260101-000000-0000',
): Promise<string> {
  const dir = join(appDir, '.tenantry/releases', id)
  const all = { ...MANIFESTS, 'release.json': { id }, ...files }
  for (const [path, content] of Object.entries(all)) {
    const file = join(dir, path)
    await mkdir(dirname(file), { recursive: true })
    const isRaw = typeof content === 'string' || Buffer.isBuffer(content)
    await writeFile(file, isRaw ? content : JSON.stringify(content))
  }
  await rm(join(appDir, '.tenantry/current'), { force: true })
  await symlink(`releases/${id}`, join(appDir, '.tenantry/current'))
  return dir
}
