import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { nextVersionOf } from '../../gateway/dist/instances/next-version.js'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tenantry-next-version-'))
  await mkdir(join(root, 'app/release'), { recursive: true })
})

afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

async function install(place: string, version: string): Promise<void> {
  const file = join(root, place, 'package.json')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, JSON.stringify({ name: 'next', version }))
}

function found(): string {
  return nextVersionOf(join(root, 'app/release'))
}

test('the same file, written anew', async () => {
  await install('app/node_modules/next', '1.0.0')
  expect(found()).toBe('1.0.0')
  await install('app/node_modules/next', '2.0.0')
  expect(found()).toBe('2.0.0')
})

test('a link that leads elsewhere, where the old place is still there', async () => {
  await install('store/one', '1.0.0')
  await install('store/two', '2.0.0')
  await mkdir(join(root, 'node_modules'))
  await symlink('../store/one', join(root, 'node_modules/next'))
  expect(found()).toBe('1.0.0')
  await symlink('../store/two', join(root, 'node_modules/new'))
  await rename(join(root, 'node_modules/new'), join(root, 'node_modules/next'))
  expect(found()).toBe('2.0.0')
})

test('one that comes nearer, and goes', async () => {
  await install('node_modules/next', '1.0.0')
  expect(found()).toBe('1.0.0')
  await install('app/node_modules/next', '2.0.0')
  expect(found()).toBe('2.0.0')
  await rm(join(root, 'app/node_modules'), { recursive: true })
  expect(found()).toBe('1.0.0')
})

test('none', () => {
  expect(found).toThrow("Cannot find module 'next/package.json'")
})
