import { current } from '../compartment.ts'
import { keyGlobal, ownCopy } from '../keyed.ts'
import type { NextModules } from '../modules.ts'
import type { Patch } from './patch.ts'

interface TraceApi {
  _proxyTracerProvider: object
}

/**
 * OpenTelemetry: the registered providers (`Symbol.for('opentelemetry.js.api.1')`) and the proxy that the API keeps of the
 * tracer provider (`TraceAPI._proxyTracerProvider`), used at `server/lib/trace/tracer.js`. Check `spans`.
 */
export const telemetry: Patch = {
  name: 'telemetry',
  install(next) {
    keyGlobal(Symbol.for('opentelemetry.js.api.1'))
    keyProvider(next, 'next/dist/compiled/@opentelemetry/api')
  },
}

function keyTraceApi({
  trace,
  ProxyTracerProvider,
}: {
  trace: TraceApi
  ProxyTracerProvider: new () => object
}): void {
  const host = trace._proxyTracerProvider
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

function keyProvider(next: NextModules, id: string): void {
  keyTraceApi(next.require(id) as Parameters<typeof keyTraceApi>[0])
}
