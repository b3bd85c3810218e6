import { resolve } from 'node:path'
import type { ConfigIssue } from '../errors.ts'
import { locateInside, type Located } from './app-folder.ts'
import type { Path } from './document.ts'
import { parseEnvText } from './dotenv.ts'
import { quote } from './explain.ts'
import type { NextFile } from './schema.ts'
import { displayPath, errorCode, readText } from './source.ts'

/** Where env files are looked for. */
export interface EnvFilesContext {
  readonly root: string
  readonly realRoot: string
  readonly issues: ConfigIssue[]
  readonly otherFiles: string[]
}

/**
 * Reads the env files of one app; those named later win.
 * @param report called for a file that cannot be used; issues inside a file go to the context's
 */
export async function readEnvFiles(
  named: NextFile['envFile'],
  context: EnvFilesContext,
  report: (path: Path, message: string) => void,
): Promise<Map<string, string>> {
  const variables = new Map<string, string>()
  for (const [index, name] of [named ?? []].flat().entries()) {
    context.otherFiles.push(resolve(context.root, name))
    const located = await locateInside(name, context.root, context.realRoot, 'the project folder')
    const reading = await read(located)
    if ('wrong' in reading) {
      report(
        Array.isArray(named) ? ['envFile', index] : ['envFile'],
        `${quote(name)} ${reading.wrong}`,
      )
      continue
    }
    const file = displayPath(resolve(context.root, name), context.root)
    const parsed = parseEnvText(reading.text)
    for (const [variable, value] of parsed.variables) variables.set(variable, value)
    for (const { line, name: path, message } of parsed.problems) {
      context.issues.push({ file, line, column: 1, path, message })
    }
  }
  return variables
}

async function read(located: Located): Promise<{ text: string } | { wrong: string }> {
  if ('wrong' in located) return located
  try {
    return (await readText(located.path)) ?? { wrong: 'is not a file: name a file of variables' }
  } catch (error) {
    return { wrong: `cannot be read (${errorCode(error)}): check its permissions` }
  }
}
