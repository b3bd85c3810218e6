import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { lookup } from 'mrmime'
import { answerError } from './answer-error.ts'
import type { Exchange } from './exchange.ts'

/** Finds assets of the releases that an app served before. */
export interface OldAssets {
  /**
   * @param asset path below `/_next/static/`, decoded
   * @returns the file, where the current release has no such asset and a kept one has
   */
  find(app: string, asset: string): string | undefined
}

const ASSET = /\/_next\/static\/([^?]+)/

/**
 * A page that was loaded before a new release took over asks for assets of the old one, whose names hold a hash of their
 * content: they are served from the release that has them.
 * @returns whether the request is answered, or will be
 */
export function serveOldAsset(exchange: Exchange, assets: OldAssets): boolean {
  const { req, found } = exchange
  const asset = ASSET.exec(req.url ?? '')?.[1]
  if (asset === undefined || found === undefined) return false
  if (req.method !== 'GET' && req.method !== 'HEAD') return false
  const file = assets.find(found.rule.tenant.app, decode(asset))
  if (file === undefined) return false
  send(exchange, file).catch((error: unknown) => answerError(exchange, error))
  return true
}

async function send(exchange: Exchange, file: string): Promise<void> {
  const { req, res, id } = exchange
  const { size } = await stat(file)
  exchange.served = 'release'
  res.writeHead(200, {
    'content-type': lookup(file) ?? 'application/octet-stream',
    'content-length': size,
    'cache-control': 'public, max-age=31536000, immutable',
    'x-request-id': id,
  })
  if (req.method === 'HEAD') res.end()
  else pipeline(createReadStream(file), res, () => {})
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
