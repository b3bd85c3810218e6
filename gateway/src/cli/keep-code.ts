import { setFlagsFromString } from 'node:v8'

/**
 * V8 drops the bytecode of what was not called between a few collections, and with it what it has optimised: the requests behind a quiet
 * time would compile it all again. A gateway has too little code for that to be worth it (`docs/decisions/024-code-is-kept.md`).
 */
export function keepCode(): void {
  setFlagsFromString('--no-flush-bytecode')
}
