import { createRequire } from 'node:module'
import { join } from 'node:path'
import { InstanceError } from '../../../errors.ts'
import { current } from '../compartment.ts'
import { keyGlobal, ownCopy } from '../keyed.ts'
import type { Patch } from './patch.ts'

interface TelemetryApi {
  readonly trace: { _proxyTracerProvider?: object }
  readonly ProxyTracerProvider: new () => object
}

const API = '@opentelemetry/api'
const keyed = new WeakSet<object>()

/**
 * OpenTelemetry: the registered providers (`Symbol.for('opentelemetry.js.api.1')`) and the proxy that each copy of its API keeps of the
 * tracer provider (`TraceAPI._proxyTracerProvider`). Next.js takes the installed copy where there is one and its own where there is
 * none (`server/lib/trace/tracer.js`); what an app leaves unbundled may be a third. Check `spans`.
 */
export const telemetry: Patch = {
  name: 'telemetry',
  install(next) {
    keyGlobal(Symbol.for('opentelemetry.js.api.1'))
    keyCopy(next.require, `next/dist/compiled/${API}`)
    const tracer = createRequire(next.require.resolve('next/dist/server/lib/trace/tracer.js'))
    if (canResolve(tracer, API)) keyCopy(tracer, API)
  },
  load(dir) {
    const app = createRequire(join(dir, 'package.json'))
    if (canResolve(app, API)) keyCopy(app, API)
  },
}

function canResolve(require: NodeJS.Require, id: string): boolean {
  try {
    require.resolve(id)
    return true
  } catch {
    return false
  }
}

function keyCopy(require: NodeJS.Require, id: string): void {
  const { trace, ProxyTracerProvider } = require(id) as TelemetryApi
  if (keyed.has(trace)) return
  const host = trace._proxyTracerProvider
  if (host === undefined) {
    throw new InstanceError(
      `the spans of shared apps cannot be kept apart with ${require.resolve(id)}: install ${API} 1.x, or use \`runtime: process\``,
    )
  }
  keyed.add(trace)
  const key = Symbol('proxy tracer provider')
  Object.defineProperty(trace, '_proxyTracerProvider', {
    configurable: true,
    get() {
      const compartment = current()
      return compartment === undefined
        ? host
        : ownCopy(compartment, key, () => new ProxyTracerProvider())
    },
    set(value: object) {
      current()?.own.set(key, value)
    },
  })
}
