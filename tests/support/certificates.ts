import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate and its private key, as PEM texts. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** An authority of our own, made anew for each run: nothing here expires. */
export interface Authority extends AsyncDisposable {
  /** Its own certificate. */
  readonly ca: string
  /** @param names as in `subjectAltName`, such as `DNS:inside.test` or `IP:127.0.0.1` */
  issue(names: string): Promise<Certificate>
}

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

export async function createAuthority(): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'tenantry-ca-'))
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  }
  openssl(
    'req',
    '-x509',
    ...CURVE,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=test authority',
  )
  let serial = 0
  return {
    ca: await readFile(join(folder, 'ca.pem'), 'utf8'),
    async issue(names) {
      const name = `leaf${++serial}`
      await writeFile(join(folder, `${name}.ext`), `subjectAltName=${names}\n`)
      openssl('req', ...CURVE, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', '/CN=test')
      openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-set_serial',
        String(serial),
        '-days',
        '2',
        '-extfile',
        `${name}.ext`,
        '-out',
        `${name}.pem`,
      )
      return {
        cert: await readFile(join(folder, `${name}.pem`), 'utf8'),
        key: await readFile(join(folder, `${name}.key`), 'utf8'),
      }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
