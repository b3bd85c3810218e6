import { expect, test } from '@jest/globals'
import { Scopes } from '../../gateway/src/cache/scopes.ts'
import type { AppConfig } from '../../gateway/src/config/config.ts'
import type { Tenant } from '../../gateway/src/tenants/tenant.ts'

// What is kept of tenants and apps ends with them, and not with the next request of a tenant.

function appConfig(id: string): AppConfig {
  return { kind: 'upstream', id, cache: {} } as unknown as AppConfig
}

function tenantOf(id: string, app: string): Tenant {
  return { id, app, cache: {} } as unknown as Tenant
}

function scopesOf(served: Map<string, AppConfig>): Scopes {
  return new Scopes({
    app(id) {
      const config = served.get(id)
      return config && { config, served: config }
    },
    site: () => undefined,
    concernsInstances: (before, after) => before !== after,
  })
}

test('an app that is no more goes, with the scopes of tenants that have another one now', () => {
  const served = new Map([
    ['old', appConfig('old')],
    ['new', appConfig('new')],
  ])
  const scopes = scopesOf(served)
  const idle = scopes.open(tenantOf('acme', 'old'))
  scopes.open(tenantOf('globex', 'new'))
  served.delete('old')
  scopes.keepOnly(new Set(['acme', 'globex']), served)
  expect([scopes.app('old'), scopes.get('acme'), idle?.isClosed]).toEqual([
    undefined,
    undefined,
    true,
  ])
  expect(scopes.app('new')?.scopes.size).toBe(1)
  expect(scopes.get('globex')?.isClosed).toBe(false)
})

test('a tenant that is no more goes, and not its app', () => {
  const served = new Map([['app', appConfig('app')]])
  const scopes = scopesOf(served)
  for (const id of ['acme', 'globex']) scopes.open(tenantOf(id, 'app'))
  scopes.keepOnly(new Set(['globex']), served)
  expect([scopes.get('acme'), scopes.app('app')?.scopes.size]).toEqual([undefined, 1])
})

test('a new release lets the scopes of all tenants go, those of idle ones too', () => {
  const served = new Map([['app', appConfig('app')]])
  const scopes = scopesOf(served)
  const [acme, globex] = [tenantOf('acme', 'app'), tenantOf('globex', 'app')]
  for (const tenant of [acme, globex]) scopes.open(tenant)
  served.set('app', appConfig('app'))
  const opened = scopes.open(acme)
  expect(scopes.get('acme')).toBe(opened)
  expect([opened?.isClosed, opened?.app.served]).toEqual([false, served.get('app')])
  expect(scopes.get('globex')).toBe(undefined)
  expect(scopes.shelves()).toHaveLength(1)
})
