import { refuseVariable } from './variables.ts'
import type { ReadValue } from './parsed-file.ts'
import type { AppFile } from './schema.ts'
import type { Finding } from './validate.ts'

/** Finds what only an app's own file has to do with; its folders are looked at in `apps.ts`. */
export function readApp(value: AppFile): ReadValue<AppFile> {
  const findings: Finding[] = []
  const env = value.kind === 'next' ? value.env : {}
  for (const [name, text] of Object.entries(env)) {
    const message = refuseVariable(name, text)
    if (message !== undefined) findings.push({ path: ['env', name], where: 'key', message })
  }
  return { value, findings }
}
