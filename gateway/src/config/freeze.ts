/** Freezes a value and all that it holds; what is frozen already is taken as done. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
  return value
}

/** A map that cannot be changed, also not by code without types. */
export function frozenMap<Key, Value>(
  entries: Iterable<readonly [Key, Value]>,
): ReadonlyMap<Key, Value> {
  const refused = { value: refuse }
  const map = new Map(entries)
  return Object.freeze(
    Object.defineProperties(map, { set: refused, delete: refused, clear: refused }),
  )
}

function refuse(): never {
  throw new TypeError('this map is frozen')
}
