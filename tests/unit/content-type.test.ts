import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { contentTypeOf } from '../../gateway/src/releases/content-type.ts'
import { REPO } from '../support/project.ts'

// What Next.js says of a file is what the gateway says of it.

interface Mime {
  readonly types: Readonly<Record<string, string>>
  lookup(name: string): string
  readonly charsets: { lookup(type: string): string | undefined }
}

test('every extension that Next.js knows has its type', () => {
  const require = createRequire(join(REPO, 'apps/acme/package.json'))
  require('next/dist/server/serve-static')
  const { mime } = require('next/dist/compiled/send') as { mime: Mime }
  const extensions = [...Object.keys(mime.types), 'unknown']
  expect(extensions.length).toBeGreaterThan(1000)
  for (const extension of extensions) {
    const name = `some/file.${extension}`
    const type = mime.lookup(name)
    const charset = mime.charsets.lookup(type)
    const said = charset === undefined ? type : `${type}; charset=${charset}`
    expect([name, contentTypeOf(name)]).toEqual([name, said])
  }
  expect(contentTypeOf('LICENSE')).toBe(mime.lookup('LICENSE'))
  expect(contentTypeOf('UPPER.TXT')).toBe('text/plain; charset=UTF-8')
})
