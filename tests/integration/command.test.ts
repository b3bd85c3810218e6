import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { freePort } from '../support/free-port.ts'
import { fetchOn } from '../support/http.ts'
import { createProject, probeApp, REPO } from '../support/project.ts'
import { runTenantry, startTenantry } from '../support/tenantry.ts'

const files = {
  'config/apps/probe.json': probeApp(),
  'config/tenants/acme.json': {
    app: 'probe',
    hosts: ['acme.localhost', { host: 'www.acme.localhost', redirectTo: 'acme.localhost' }],
  },
  'config/tenants/shops.json': { app: 'probe', hosts: ['*.shops.localhost', '**.localhost'] },
  'config/tenants/gone.json': { app: 'probe', hosts: ['gone.localhost'], suspended: true },
}

test.each([
  'dev',
  'build',
  'publish',
  'releases',
  'rollback',
  'start',
  'status',
  'restart',
  'stop',
  'reload',
  'purge',
  'check',
  'routes',
  'resolve',
  'add',
])('tenantry %s --help says what it does, exit code 0', async (command) => {
  const { code, stdout } = await runTenantry([command, '--help'])
  expect(code).toBe(0)
  expect(stdout).toContain(`Usage: tenantry ${command}`)
  expect(stdout).toContain('--config <dir>')
})

test.each([
  [['nonsense'], "unknown command 'nonsense'"],
  [['start', '--port', '70000'], 'write a number from 0 to 65535'],
  [['start', '--nonsense'], "unknown option '--nonsense'"],
  [['resolve'], "missing required argument 'url'"],
])('wrong use: %j is exit code 2', async (args, message) => {
  const { code, stderr } = await runTenantry(args)
  expect(code).toBe(2)
  expect(stderr).toContain(message)
})

test('check: ok', async () => {
  await using project = await createProject(files)
  const { code, stdout } = await runTenantry(['check', '--config', project.configDir])
  expect([code, stdout]).toEqual([0, 'ok: 3 tenants, 5 hosts, 1 apps\n'])
})

test.each(['check', 'start', 'dev', 'routes'])(
  '%s with bad config: every issue with its place, exit code 1, nothing started',
  async (command) => {
    await using project = await createProject({
      ...files,
      'config/tenants/bad.yaml': 'hosts:\n  - acme.localhost\n  - "bad host"\nprobs: {}\n',
    })
    const { code, stdout, stderr } = await runTenantry([command, '--config', project.configDir])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(
      /config\/tenants\/bad\.yaml:2:5 hosts\[0\]: .*config\/tenants\/acme\.json/,
    )
    expect(stderr).toContain('config/tenants/bad.yaml:3:5 hosts[1]: ')
    expect(stderr).toMatch(/config\/tenants\/bad\.yaml:4:1 probs: unknown key 'probs'.*'props'/)
  },
)

test('start refuses an app without a release, with the mend; check --no-releases does not ask', async () => {
  await using project = await createProject({
    'apps/fresh/package.json': {},
    'apps/fresh/app/page.js': '',
    'config/gateway.json': {},
    'config/tenants/fresh.json': { hosts: ['fresh.localhost'] },
  })
  const { code, stderr } = await runTenantry(['start', '--config', project.configDir])
  expect(code).toBe(1)
  expect(stderr).toContain('tenantry build fresh')
  const check = await runTenantry(['check', '--no-releases', '--config', project.configDir])
  expect(check.code).toBe(0)
})

test('routes prints the host table in the order of precedence', async () => {
  await using project = await createProject(files)
  const { stdout } = await runTenantry(['routes', '--config', project.configDir])
  const lines = stdout.trim().split('\n')
  expect(lines[0]).toMatch(/^HOST\s+TENANT\s+APP\s+WHERE\s+NOTE$/)
  expect(lines.slice(1).map((line) => line.split(/\s{2,}/)[0])).toEqual([
    'acme.localhost',
    'www.acme.localhost',
    'gone.localhost',
    '*.shops.localhost',
    '**.localhost',
  ])
  expect(stdout).toContain('308 to acme.localhost')
  expect(stdout).toContain('suspended (404)')
  const json = await runTenantry(['routes', '--json', '--config', project.configDir])
  expect(JSON.parse(json.stdout)).toHaveLength(5)
})

test('resolve says where a URL goes, which rule matched and what it beat', async () => {
  await using project = await createProject(files)
  const resolve = (url: string): ReturnType<typeof runTenantry> =>
    runTenantry(['resolve', url, '--json', '--config', project.configDir])
  const shop = await resolve('http://blue.shops.localhost:3000/x?y')
  expect(shop.code).toBe(0)
  expect(JSON.parse(shop.stdout)).toMatchObject({
    host: 'blue.shops.localhost',
    tenant: 'shops',
    app: 'probe',
    rule: '*.shops.localhost',
    beat: ['**.localhost'],
    subdomain: 'blue',
    status: 200,
  })
  const alias = await resolve('www.acme.localhost:3000/x?y')
  expect(JSON.parse(alias.stdout)).toMatchObject({
    status: 308,
    location: 'http://acme.localhost:3000/x?y',
  })
  const unknown = await resolve('http://example.com/')
  expect([unknown.code, JSON.parse(unknown.stdout).status]).toEqual([1, 404])
  const text = await runTenantry(['resolve', 'acme.localhost', '--config', project.configDir])
  expect(text.stdout).toMatch(/tenant\s+acme\n/)
  expect(text.stdout).toMatch(/beat\s+\*\*\.localhost\n/)
})

test('add writes a tenant file and never overwrites', async () => {
  await using project = await createProject(files)
  const add = (...args: string[]): ReturnType<typeof runTenantry> =>
    runTenantry(['add', ...args, '--config', project.configDir], { cwd: project.root })
  expect(
    (await add('hooli', '--app', 'probe', '--host', 'Hooli.Example', '--host', '*.hooli.example'))
      .code,
  ).toBe(0)
  const file = join(project.configDir, 'tenants/hooli.yaml')
  const text = await readFile(file, 'utf8')
  expect(text).toContain('- hooli.example\n')
  expect((await runTenantry(['check', '--config', project.configDir])).code).toBe(0)
  const again = await add('hooli', '--app', 'probe')
  expect([again.code, await readFile(file, 'utf8')]).toEqual([1, text])
  expect(again.stderr).toContain('config/tenants/hooli.yaml exists already')
  expect((await add('Bad Id')).code).toBe(2)
  expect((await add('ok', '--host', 'http://x')).code).toBe(2)
  expect(existsSync(join(project.configDir, 'tenants/ok.yaml'))).toBe(false)
})

test.each(['app', 'pages'])(
  'add --template %s writes a small app, or nothing at all',
  async (router) => {
    await using project = await createProject({ 'config/gateway.json': {}, 'apps/keep': '' })
    const args = ['add', 'fresh', '--template', router, '--config', project.configDir]
    expect((await runTenantry(args, { cwd: project.root })).code).toBe(0)
    expect(existsSync(join(project.root, 'apps/fresh/package.json'))).toBe(true)
    const check = await runTenantry(['check', '--no-releases', '--config', project.configDir])
    expect([check.code, check.stderr]).toEqual([0, ''])
    await project.remove('config/tenants/fresh.yaml')
    expect((await runTenantry(args, { cwd: project.root })).code).toBe(1)
    expect(existsSync(join(project.configDir, 'tenants/fresh.yaml'))).toBe(false)
  },
)

test('a port that is taken is said in one line, exit code 1', async () => {
  await using project = await createProject(files)
  const taken = createServer().listen(0)
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const run = await runTenantry(['start', '--config', project.configDir, '--port', String(port)])
  taken.close()
  expect(run.code).toBe(1)
  expect(run.stderr).toMatch(/EADDRINUSE.*choose another port with --port\n$/)
  expect(run.stderr).not.toContain('    at ')
})

test('PORT is honoured, --port wins over it, --host is listened on', async () => {
  await using project = await createProject(files)
  const port = await freePort()
  const env = { PORT: String(port) }
  await using first = await startTenantry('start', project.configDir, { env, flags: [] })
  expect(first.port).toBe(port)
  await using second = await startTenantry('start', project.configDir, {
    env,
    flags: ['--port', '0', '--host', '127.0.0.1', '--socket', join(project.root, 'second.sock')],
  })
  expect([0, port]).not.toContain(second.port)
  expect(second.log.find((line) => line['event'] === 'listening')).toMatchObject({
    url: `http://127.0.0.1:${second.port}`,
  })
  expect((await fetchOn(second.port, 'http://acme.localhost/static')).status).toBe(200)
  const bad = await runTenantry(['start', '--config', project.configDir], { env: { PORT: 'x' } })
  expect([bad.code, bad.stderr]).toEqual([2, "PORT is 'x': write a number from 0 to 65535\n"])
})

test('build refuses an app that there is not', async () => {
  const { code, stderr } = await runTenantry(['build', 'nobody'], { cwd: REPO })
  expect(code).toBe(2)
  expect(stderr).toContain("There is no app 'nobody'. The apps are: ")
})
