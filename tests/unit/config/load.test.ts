import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { createConfigCache } from '../../../gateway/src/config/cache.ts'
import type { Config, NextAppConfig } from '../../../gateway/src/config/config.ts'
import { loadConfig } from '../../../gateway/src/config/load.ts'
import { DEFAULT_LIMITS } from '../../../gateway/src/config/limits-schema.ts'
import { ConfigError } from '../../../gateway/src/errors.ts'
import { ACME, DEVELOPMENT, PRODUCTION, createFolder } from './support.ts'

const exact = (host: string): object => ({ kind: 'exact', host, text: host })

test('a whole config', async () => {
  await using folder = await createFolder({
    'config/gateway.yaml': 'listen:\n  port: 8080\nlog: { level: warn }\nappsRoot: sites\n',
    'config/tenants/acme.yaml':
      "hosts:\n  - ACME.localhost\n  - host: '*.acme.localhost'\n    redirectTo: acme.localhost\n    status: 301\nprops: { name: Acme }\n",
    'config/tenants/b.json':
      '{ "$schema": "x", "hosts": ["b.localhost"], "app": "acme", "suspended": true }',
    'config/tenants/c.yml': 'hosts: [c.localhost]\napp: store\nsuspended: { status: 503 }\n',
    'config/apps/acme.yaml':
      'dir: sites/one\nenvFile: [a.env, b.env]\nenv: { C: c2 }\nnext: { dev: false, conf: { compress: false } }\n',
    'a.env': 'A=a\nB=a\nC=a\n',
    'b.env': 'B=b\n',
    'sites/one/package.json': '{}',
    'sites/store/app/page.jsx': '',
  })
  const config = await loadConfig(folder.configDir, DEVELOPMENT)
  const wildcard = { kind: 'one', host: 'acme.localhost', text: '*.acme.localhost' }
  const redirect = { to: 'acme.localhost', status: 301 }
  expect(config).toMatchObject({ root: folder.root, dir: folder.configDir })
  expect(config.gateway).toEqual({
    listen: {
      port: 8080,
      headersTimeout: 10_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
      proxyProtocol: false,
    },
    headers: {},
    webSockets: { handshakeTimeout: 30_000 },
    appsRoot: 'sites',
    compression: { algorithms: ['br', 'zstd', 'gzip'], minBytes: 1024 },
    files: { maxBytes: 67_108_864, maxFileBytes: 1_048_576 },
    trustedProxies: [],
    limits: DEFAULT_LIMITS,
    directory: { cacheSize: 50_000, wildcardCacheSize: 10_000, missCacheSize: 5000 },
    instances: {
      startTimeout: 60_000,
      restartDelay: 250,
      maxRestartDelay: 30_000,
      maxQueue: 1000,
      unresponsiveAfter: 30_000,
      drainTimeout: 30_000,
      maxFailures: 5,
    },
    releases: { keep: 5 },
    cache: {
      maxBytes: 134_217_728,
      maxEntryBytes: 4_194_304,
      maxVariants: 32,
      maxWaiting: 1000,
      maxBackground: 16,
      waitTimeout: 10_000,
    },
    control: { socket: '.tenantry/gateway.sock' },
    shutdownTimeout: 10_000,
    log: { level: 'warn', format: 'auto' },
  })
  expect(config.tenants).toEqual([
    {
      id: 'acme',
      app: 'acme',
      hosts: [
        { pattern: exact('acme.localhost'), line: 2 },
        { pattern: wildcard, redirect, line: 3 },
      ],
      props: { name: 'Acme' },
      headers: {},
      webSocketOrigins: [],
      suspended: 0,
      cache: {},
      file: 'config/tenants/acme.yaml',
    },
    {
      id: 'b',
      app: 'acme',
      hosts: [{ pattern: exact('b.localhost'), line: 1 }],
      props: {},
      headers: {},
      webSocketOrigins: [],
      suspended: 404,
      cache: {},
      file: 'config/tenants/b.json',
    },
    {
      id: 'c',
      app: 'store',
      hosts: [{ pattern: exact('c.localhost'), line: 1 }],
      props: {},
      headers: {},
      webSocketOrigins: [],
      suspended: 503,
      cache: {},
      file: 'config/tenants/c.yml',
    },
  ])
  expect([...config.apps]).toEqual([
    [
      'acme',
      {
        kind: 'next',
        id: 'acme',
        dir: join(folder.root, 'sites/one'),
        release: undefined,
        runtime: 'process',
        instances: 1,
        health: { path: '/', timeout: 10_000 },
        cache: {},
        compression: true,
        acceptAdvisories: [],
        start: 'eager',
        idle: {},
        memory: {},
        env: { A: 'a', B: 'b', C: 'c2' },
        next: {
          dev: false,
          conf: { compress: false },
          quiet: false,
          httpServer: 'own',
          turbopack: true,
        },
      },
    ],
    [
      'store',
      {
        kind: 'next',
        id: 'store',
        dir: join(folder.root, 'sites/store'),
        release: undefined,
        runtime: 'process',
        instances: 1,
        health: { path: '/', timeout: 10_000 },
        cache: {},
        compression: true,
        acceptAdvisories: [],
        start: 'eager',
        idle: {},
        memory: {},
        env: {},
        next: { dev: true, quiet: false, httpServer: 'own', turbopack: true },
      },
    ],
  ])
})

test('an empty config folder is a gateway without tenants', async () => {
  await using folder = await createFolder({ 'config/': '' })
  const config = await loadConfig(folder.configDir, PRODUCTION)
  expect(config.tenants).toEqual([])
  expect(config.apps.size).toBe(0)
  expect(config.gateway.listen.port).toBe(3000)
})

test('a limit of the whole that is below the default of a tenant is no mistake', async () => {
  await using folder = await createFolder({
    ...ACME,
    'config/gateway.yaml':
      'limits: { rate: { perSecond: 1 }, connections: 9, requests: 9, upgrades: 9 }\n',
  })
  const { limits } = (await loadConfig(folder.configDir, DEVELOPMENT)).gateway
  const whole = { rate: { perSecond: 1 }, connections: 9, requests: 9, upgrades: 9 }
  expect(limits).toEqual({ ...DEFAULT_LIMITS, ...whole })
})

test('limits are written in sizes and durations, each or none', async () => {
  const limits =
    'limits:\n  rate: false\n  body: 3kb\n  stallTimeout: 2s\n  responseTimeout: false\n'
  await using folder = await createFolder({
    ...ACME,
    'config/tenants/b.yaml': `hosts: [b.localhost]\napp: acme\n${limits}`,
  })
  const [acme, b] = (await loadConfig(folder.configDir, DEVELOPMENT)).tenants
  expect(acme).not.toHaveProperty('limits')
  expect(b?.limits).toEqual({
    rate: false,
    body: 3072,
    stallTimeout: 2000,
    responseTimeout: false,
  })
})

test('next.dev follows the mode', async () => {
  await using folder = await createFolder(ACME)
  const dev = async (options: typeof DEVELOPMENT): Promise<boolean | undefined> =>
    nextApp(await loadConfig(folder.configDir, options))?.next.dev
  expect(await dev(DEVELOPMENT)).toBe(true)
  expect(await dev({ ...PRODUCTION, requireReleases: false })).toBe(false)
})

test('a linked app is known by its real path', async () => {
  await using folder = await createFolder({
    'apps/releases/7/package.json': '{}',
    'apps/acme': { link: 'releases/7' },
    'config/tenants/acme.yaml': 'hosts: [acme.localhost]',
  })
  const config = await loadConfig(folder.configDir, DEVELOPMENT)
  expect(nextApp(config)?.dir).toBe(join(folder.root, 'apps/releases/7'))
})

test('what is returned cannot be changed', async () => {
  await using folder = await createFolder({
    ...ACME,
    'config/tenants/b.yaml': 'hosts: [b.localhost]\napp: acme\nprops: { list: [{ a: 1 }] }\n',
    'config/apps/acme.yaml': 'next: { conf: { images: { formats: [image/webp] } } }\n',
  })
  const config = await loadConfig(folder.configDir, DEVELOPMENT)
  const app = nextApp(config)
  const parts = [
    config,
    config.gateway.listen,
    config.tenants,
    config.tenants[1]?.hosts[0]?.pattern,
    config.tenants[1]?.props['list'],
    config.apps,
    app,
    app?.env,
    app?.next.conf?.images?.['formats'],
  ]
  expect(parts.map((part) => part !== undefined && Object.isFrozen(part))).toEqual(
    parts.map(() => true),
  )
  expect(() => (config.apps as Map<string, unknown>).set('x', {})).toThrow('this map is frozen')
  expect(() => (config.apps as Map<string, unknown>).clear()).toThrow('this map is frozen')
})

test('a reload keeps what did not change, and sees what did', async () => {
  await using folder = await createFolder({
    ...ACME,
    'config/tenants/b.yaml': 'hosts: [b.localhost]\napp: acme\n',
    'config/tenants/c.yaml': 'hosts: [c.localhost]\napp: acme\n',
  })
  const options = { ...DEVELOPMENT, cache: createConfigCache() }
  const first = await loadConfig(folder.configDir, options)
  await folder.write('config/tenants/b.yaml', 'hosts: [x.localhost]\napp: acme\n')
  await folder.remove('config/tenants/c.yaml')
  await folder.write('config/tenants/d.yaml', 'hosts: [c.localhost]\napp: acme\n')
  const second = await loadConfig(folder.configDir, options)
  expect(second.tenants.map(({ id, hosts }) => [id, hosts[0]?.pattern.text])).toEqual([
    ['acme', 'acme.localhost'],
    ['b', 'x.localhost'],
    ['d', 'c.localhost'],
  ])
  expect(second.tenants[0]).toBe(first.tenants[0])
  expect([...options.cache.tenants.keys()]).toHaveLength(3)
})

test('a reload tells the issues of unchanged files again', async () => {
  await using folder = await createFolder({ ...ACME, 'config/tenants/b.yaml': 'hosts: 1\n' })
  const options = { ...DEVELOPMENT, cache: createConfigCache() }
  for (let round = 0; round < 2; round++) {
    await expect(loadConfig(folder.configDir, options)).rejects.toThrow(ConfigError)
  }
  await folder.write('config/tenants/b.yaml', 'hosts: [b.localhost]\napp: acme\n')
  expect((await loadConfig(folder.configDir, options)).tenants).toHaveLength(2)
})

test('the cache names all env files, also one that is missing', async () => {
  await using folder = await createFolder({
    ...ACME,
    'config/apps/acme.yaml': 'envFile: [a.env, b.env]\n',
    'a.env': 'A=1',
  })
  const cache = createConfigCache()
  await expect(loadConfig(folder.configDir, { ...DEVELOPMENT, cache })).rejects.toThrow("'b.env'")
  expect(cache.otherFiles).toEqual([join(folder.root, 'a.env'), join(folder.root, 'b.env')])
})

test('the config of this repository', async () => {
  const dir = new URL('../../../config', import.meta.url)
  const { tenants } = await loadConfig(fileURLToPath(dir), DEVELOPMENT)
  expect(tenants.map(({ id, app }) => `${id} → ${app}`)).toEqual([
    'acme → acme',
    'globex → globex',
    'initech → storefront',
    'shops → storefront',
    'umbrella → storefront',
  ])
  expect(tenants.flatMap(({ hosts }) => hosts.map(({ pattern }) => pattern.text))).toEqual([
    'acme.localhost',
    'www.acme.localhost',
    'globex.localhost',
    'initech.localhost',
    '*.shops.localhost',
    'umbrella.localhost',
  ])
})

/** The app `acme` of the config, which Next.js serves. */
function nextApp({ apps }: Config): NextAppConfig | undefined {
  const app = apps.get('acme')
  return app?.kind === 'next' ? app : undefined
}
