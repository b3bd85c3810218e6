import { fileURLToPath } from 'node:url'
import { mergeConf, type Conf } from '../next-conf.ts'

const VARIABLE = 'TENANTRY_NEXT_CONF'
const APPLIED = Symbol.for('tenantry.conf.applied')

/**
 * `next({ conf })` is ignored by custom servers (`server/next.js`, `prepare()`). What Next.js does read is an adapter that
 * may change the config it loaded; the overrides reach it through the environment, as Next starts workers of its own.
 */
export function offerConf(conf: Conf | undefined): void {
  if (conf === undefined) return
  process.env['NEXT_ADAPTER_PATH'] = fileURLToPath(new URL('./conf-adapter.js', import.meta.url))
  process.env[VARIABLE] = JSON.stringify(conf)
}

/** @throws {Error} where the app's next.config names an adapter of its own, which wins over ours */
export function assertConfApplied(conf: Conf | undefined): void {
  if (conf === undefined || Reflect.get(globalThis, APPLIED) === true) return
  throw new Error(
    "next.conf cannot act: the app's next.config sets an adapterPath of its own. Put these options into next.config.",
  )
}

/** What the adapter does to a config that Next.js has loaded. */
export function applyConf(config: Record<string, unknown>): Record<string, unknown> {
  Reflect.set(globalThis, APPLIED, true)
  const conf = JSON.parse(process.env[VARIABLE] ?? '{}') as Record<string, unknown>
  return { ...mergeConf(config, conf), adapterPath: undefined }
}
