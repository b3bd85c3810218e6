import mime from 'mime'

// The table of mime 1.6.0, as `send` in Next.js has it, and what Next.js adds (`server/serve-static.js`).
mime.define({
  'image/avif': ['avif'],
  'image/x-icns': ['icns'],
  'image/jxl': ['jxl'],
  'image/heic': ['heic'],
})

/** The `Content-Type` of a file by its name, the same that Next.js gives. */
export function contentTypeOf(name: string): string {
  const type = mime.lookup(name)
  const charset = mime.charsets.lookup(type, '')
  return charset === '' ? type : `${type}; charset=${charset}`
}
