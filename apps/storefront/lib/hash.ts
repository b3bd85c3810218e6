/** FNV-1a, 32 bits, mixed once more so that neighbouring hosts land far apart. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  value = Math.imul(value ^ (value >>> 16), 0x45d9f3b)
  return (value ^ (value >>> 13)) >>> 0
}

/** One of the choices, always the same one for the same seed. */
export function choose<T>(seed: string, choices: readonly [T, ...T[]]): T {
  return choices[hash(seed) % choices.length] ?? choices[0]
}
