import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import type { TargetConfig, TlsConfig, UpstreamAppConfig } from './config.ts'
import { quote } from './explain.ts'
import type { Report } from './parsed-file.ts'
import { errorCode, readText } from './source.ts'
import { parseTarget } from './target.ts'
import type { UpstreamFile } from './upstream-schema.ts'

/** Where the files of an upstream app are looked for. */
interface UpstreamContext {
  readonly root: string
  readonly otherFiles: string[]
}

/** Checks the targets and reads the TLS files of an upstream app. */
export async function loadUpstream(
  id: string,
  value: UpstreamFile,
  context: UpstreamContext,
  report: Report,
): Promise<UpstreamAppConfig> {
  const { $schema: _, ...file } = value
  const targets = readTargets(value.targets, report)
  checkSticky(value, report)
  const isTls = targets.some(
    ({ endpoint }) => 'protocol' in endpoint && endpoint.protocol === 'https:',
  )
  if (!isTls && targets.length === value.targets.length && Object.keys(value.tls).length > 0) {
    report(['tls'], 'no target is reached over https: write its URL so, or leave this out')
  }
  if (value.ejection.maxTime < value.ejection.time) {
    report(['ejection', 'maxTime'], 'is shorter than ejection.time: write at least as much')
  }
  const tls = await readTls(value.tls, context, report)
  const lifecycle = {
    runtime: 'upstream',
    release: undefined,
    instances: 1,
    start: 'eager',
  } as const
  return { id, ...lifecycle, idle: {}, ...file, targets, tls }
}

function readTargets(named: UpstreamFile['targets'], report: Report): TargetConfig[] {
  const byName = new Map<string, TargetConfig>()
  for (const [index, entry] of named.entries()) {
    const [url, path] =
      typeof entry === 'string'
        ? [entry, ['targets', index]]
        : [entry.url, ['targets', index, 'url']]
    const weight = typeof entry === 'string' ? 1 : entry.weight
    const target = parseTarget(url, weight)
    if (typeof target === 'string') report(path, `${quote(withoutSecrets(url))} ${target}`)
    else if (byName.has(target.name))
      report(path, `${quote(target.name)} stands here twice: write it once, with a weight`)
    else byName.set(target.name, target)
  }
  return [...byName.values()]
}

/** A URL that names a password is not shown whole. */
function withoutSecrets(url: string): string {
  return url.replace(/\/\/.*@/, '//…@')
}

function checkSticky({ balance, sticky }: UpstreamFile, report: Report): void {
  const hasSecret = sticky.secret !== undefined
  const hasVariable = sticky.secretEnv !== undefined
  if (hasSecret && hasVariable) {
    report(['sticky'], 'has two secrets: write secret or secretEnv')
  } else if (balance === 'sticky' && !hasSecret && !hasVariable) {
    report(
      ['balance'],
      'needs a secret for its cookie: write sticky.secretEnv, the name of a variable that holds it, or sticky.secret',
    )
  } else if (balance !== 'sticky' && (hasSecret || hasVariable)) {
    report(['sticky'], 'is for `balance: sticky`: write that too, or leave this out')
  }
}

async function readTls(
  { ca, cert, key, serverName }: UpstreamFile['tls'],
  context: UpstreamContext,
  report: Report,
): Promise<TlsConfig> {
  const read = async (
    name: 'ca' | 'cert' | 'key',
    file: string | undefined,
  ): Promise<string | undefined> => {
    if (file === undefined) return undefined
    const path = resolve(context.root, file)
    context.otherFiles.push(path)
    const reading = await readPem(path)
    if ('text' in reading && isUsable({ [name]: reading.text })) return reading.text
    const wrong =
      'text' in reading ? 'holds no PEM that can be used: name another file' : reading.wrong
    report(['tls', name], `${quote(file)} ${wrong}`)
    return undefined
  }
  const tls = {
    ca: await read('ca', ca),
    cert: await read('cert', cert),
    key: await read('key', key),
    serverName,
  }
  if ((cert === undefined) !== (key === undefined)) {
    const missing = cert === undefined ? 'cert' : 'key'
    report(['tls'], `a client certificate needs both files: write tls.${missing} too`)
  } else if (
    tls.cert !== undefined &&
    tls.key !== undefined &&
    !isUsable({ cert: tls.cert, key: tls.key })
  ) {
    report(['tls', 'key'], 'is not the key of tls.cert: name the one that belongs to it')
  }
  return tls
}

async function readPem(path: string): Promise<{ text: string } | { wrong: string }> {
  try {
    return (await readText(path)) ?? { wrong: 'is not a file: name a PEM file' }
  } catch (error) {
    const code = errorCode(error)
    return code === 'ENOENT'
      ? { wrong: 'does not exist: create it, or correct the path' }
      : { wrong: `cannot be read (${code}): check its permissions` }
  }
}

function isUsable(pem: { ca?: string; cert?: string; key?: string }): boolean {
  if (pem.ca !== undefined && !pem.ca.includes('-----BEGIN')) return false
  try {
    createSecureContext(pem)
    return true
  } catch {
    return false
  }
}
