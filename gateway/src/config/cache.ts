import { setImmediate } from 'node:timers/promises'
import type { ParsedFile } from './parsed-file.ts'
import type { AppFile, GatewayFile } from './schema.ts'
import type { Reading, SourceFile, TextCache } from './source.ts'
import type { TenantDraft } from './tenant-file.ts'

/** What a reload takes over from the load before; belongs to one config folder. */
export interface ConfigCache {
  readonly texts: TextCache
  readonly gateway: Map<string, ParsedFile<GatewayFile>>
  readonly apps: Map<string, ParsedFile<AppFile>>
  readonly tenants: Map<string, ParsedFile<TenantDraft>>
  /** Absolute paths of env files and of pointers to releases that the last load looked for, so that they can be watched. */
  otherFiles: readonly string[]
}

/** A cache to hand to every `loadConfig` of one folder. */
export function createConfigCache(): ConfigCache {
  return {
    texts: new Map(),
    gateway: new Map(),
    apps: new Map(),
    tenants: new Map(),
    otherFiles: [],
  }
}

/** Files parsed in one turn of the event loop; a gateway that reloads goes on serving in between. */
const PARSES_AT_ONCE = 20

/**
 * Parses the files whose text is not the one parsed before.
 * @param known emptied and filled again with the results
 */
export async function parseChanged<T>(
  sources: readonly SourceFile[],
  known: Map<string, ParsedFile<T>>,
  parse: (source: SourceFile) => ParsedFile<T>,
): Promise<ParsedFile<T>[]> {
  const before = new Map(known)
  known.clear()
  let parsed = 0
  for (const source of sources) {
    const last = before.get(source.path)
    const isSame = last !== undefined && isSameText(last.source.reading, source.reading)
    if (!isSame && ++parsed % PARSES_AT_ONCE === 0) await setImmediate()
    known.set(source.path, isSame ? last : parse(source))
  }
  return [...known.values()]
}

function isSameText(a: Reading, b: Reading): boolean {
  return a === b || ('text' in a && 'text' in b && a.text === b.text)
}
