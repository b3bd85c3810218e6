const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

const RESERVED: Readonly<Record<string, string>> = {
  NODE_ENV: 'the gateway sets it; write next.dev in the app instead',
  NODE_OPTIONS: 'the gateway sets the options of the child process',
  NODE_CHANNEL_FD: 'the child process would take it for a channel to its parent',
  NODE_CHANNEL_SERIALIZATION_MODE: 'the child process would take it for a channel to its parent',
  NODE_UNIQUE_ID: 'the child process would take itself for a cluster worker',
  NEXT_ADAPTER_PATH: 'the gateway sets it to apply next.conf',
  TURBOPACK: 'write next.turbopack in the app instead',
}

/** What is wrong with a variable that an app's environment is to hold, or undefined. */
export function refuseVariable(name: string, value: string): string | undefined {
  if (!NAME.test(name) || name === '__proto__') {
    return 'is not a variable name: write letters, digits and underscores, no digit first'
  }
  const reason = Object.hasOwn(RESERVED, name) ? RESERVED[name] : undefined
  if (reason !== undefined) return `is reserved, remove it: ${reason}`
  if (name.startsWith('__NEXT_PRIVATE_')) return 'is reserved, remove it: it is internal to Next.js'
  return value.includes('\0') ? 'holds a NUL byte: remove it' : undefined
}
