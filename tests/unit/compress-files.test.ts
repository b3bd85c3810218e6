import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { compressFiles } from '../../gateway/src/lifecycle/compress-files.ts'

const LONG = 'a line of text\n'.repeat(500)

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'compress-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('what the release before has of the same file is taken from there; a file that differs is compressed anew', async () => {
  const before = await release('before', { 'same.js': LONG, 'changed.js': LONG })
  await compressFiles(before)
  for (const name of await readdir(join(before, 'compressed/public'))) {
    await writeFile(join(before, 'compressed/public', name), `before: ${name}`)
  }

  const after = await release('after', { 'same.js': LONG, 'changed.js': `${LONG}end` })
  await compressFiles(after, before)

  const taken = async (name: string): Promise<string> =>
    readFile(join(after, 'compressed/public', name), 'latin1')
  expect(await taken('same.js.br')).toBe('before: same.js.br')
  expect(await taken('same.js.gz')).toBe('before: same.js.gz')
  expect(await taken('changed.js.br')).not.toMatch(/^before/)
  expect(await taken('changed.js.gz')).not.toMatch(/^before/)
})

test('a release before that has nothing compressed is no hindrance', async () => {
  const before = await release('before', { 'same.js': LONG })
  const after = await release('after', { 'same.js': LONG })
  await compressFiles(after, before)
  expect(await readdir(join(after, 'compressed/public'))).toContain('same.js.br')
})

async function release(id: string, files: Record<string, string>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, id, 'public', name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  return join(folder, id)
}
