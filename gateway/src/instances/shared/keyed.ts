import { current, type Compartment } from './compartment.ts'

/**
 * Makes a property of `globalThis` one for each compartment; the gateway itself keeps what was there.
 * @param initial what a compartment sees before it sets its own
 */
export function keyGlobal(
  key: PropertyKey,
  initial: (host: unknown) => unknown = () => undefined,
): void {
  let host: unknown = Reflect.get(globalThis, key)
  let isSet = host !== undefined
  Object.defineProperty(globalThis, key, {
    configurable: true,
    enumerable: false,
    get() {
      // Asked many times a request, and most apps never set most of them.
      if (!isSet) return undefined
      const compartment = current()
      if (compartment === undefined) return host
      const { own } = compartment
      return own.has(key) ? own.get(key) : initial(host)
    },
    set(value: unknown) {
      isSet = true
      const compartment = current()
      if (compartment === undefined) host = value
      else compartment.own.set(key, value)
    },
  })
}

/** The compartment's own copy of something, made at its first use. */
export function ownCopy<T extends object>(
  compartment: Compartment,
  key: PropertyKey,
  make: () => T,
): T {
  const found = compartment.own.get(key)
  if (found !== undefined) return found as T
  const made = make()
  compartment.own.set(key, made)
  return made
}

/**
 * Makes the methods of one long-lived object act on a copy of the current compartment.
 * Whoever holds the object, under whatever name, is kept apart.
 */
export function keyObject<T extends object>(
  target: T,
  methods: readonly (keyof T)[],
  make: () => T,
): void {
  const key = Symbol('own copy')
  const original = make()
  const own = (): T => {
    const compartment = current()
    return compartment === undefined ? original : ownCopy(compartment, key, make)
  }
  for (const name of methods) {
    Object.defineProperty(target, name, {
      value: (...args: unknown[]) => {
        const copy = own()
        return Reflect.apply(copy[name] as () => unknown, copy, args)
      },
    })
  }
}
