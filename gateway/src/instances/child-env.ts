import type { NextAppConfig } from '../config/config.ts'

/** What any process needs to run; nothing else of the gateway's environment reaches an app. */
const PASSED_ON = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TZ',
  'LANG',
  'LANGUAGE',
  'TMPDIR',
  'TMP',
  'TEMP',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NEXT_TELEMETRY_DISABLED',
  'CI',
])

/** The environment of an app's child process. The app's `.env` files are added by Next.js itself. */
export function childEnv(
  app: NextAppConfig,
  own: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const env: Record<string, string> = {}
  for (const name of Object.keys(own)) {
    const value = own[name]
    if (value !== undefined && (PASSED_ON.has(name) || name.startsWith('LC_'))) env[name] = value
  }
  return { ...env, ...app.env, NODE_ENV: app.next.dev ? 'development' : 'production' }
}
