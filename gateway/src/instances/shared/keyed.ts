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
  Object.defineProperty(globalThis, key, {
    configurable: true,
    enumerable: false,
    get() {
      const compartment = current()
      if (compartment === undefined) return host
      const { own } = compartment
      return own.has(key) ? own.get(key) : initial(host)
    },
    set(value: unknown) {
      const compartment = current()
      if (compartment === undefined) host = value
      else compartment.own.set(key, value)
    },
  })
}

/** The compartment's own copy of something, made at its first use. */
export function ownCopy<T>(compartment: Compartment, key: PropertyKey, make: () => T): T {
  const { own } = compartment
  if (!own.has(key)) own.set(key, make())
  return own.get(key) as T
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
      value: (...args: unknown[]) => Reflect.apply(own()[name] as () => unknown, own(), args),
    })
  }
}
