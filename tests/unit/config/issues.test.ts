import { describe, expect, test } from '@jest/globals'
import { PRODUCTION, createFolder, issuesIn, issuesOf, type Content } from './support.ts'

type Row = [what: string, text: string, ...issues: string[]]

const build = (key: string): string =>
  `'${key}' only counts when the app is built: put it in next.config and build again`

/** Each row: what is wrong in one file of the project, and the issues that follow, without the file's path. */
function refuses(file: string, rows: Row[]): void {
  test.each(rows)('%s', async (...row) => {
    const [, text, ...issues] = row
    expect(await issuesOf({ [file]: text })).toEqual(issues.map((issue) => `${file}${issue}`))
  })
}

describe('gateway.yaml', () => {
  refuses('config/gateway.yaml', [
    [
      'an unknown key',
      'listne:\n  port: 1\n',
      ":1:1 listne: unknown key 'listne', did you mean 'listen'?",
    ],
    [
      'a key that is like no other',
      'listen:\n  colour: red\n',
      ":2:3 listen.colour: unknown key 'colour', the known keys are host, port, headersTimeout, keepAliveTimeout, maxHeaderSize, proxyProtocol",
    ],
    [
      'a number too big',
      'listen: { port: 70000 }\n',
      ':1:17 listen.port: 70000 is too big: write 65535 or less',
    ],
    [
      'a number too small',
      'listen: { port: -1 }\n',
      ':1:17 listen.port: -1 is too small: write 0 or more',
    ],
    [
      'a fraction',
      'listen: { port: 1.5 }\n',
      ':1:17 listen.port: a number stands here: write a whole number',
    ],
    [
      'text for a number',
      'listen:\n  port: "80"\n',
      ':2:9 listen.port: text stands here: write a number',
    ],
    [
      'a number for text',
      'appsRoot: 12\n',
      ':1:11 appsRoot: a number stands here: write text, in quotes',
    ],
    ['a list for a map', 'log: [1]\n', ':1:6 log: a list stands here: write a map of keys'],
    [
      'a map for a list',
      'trustedProxies: {}\n',
      ':1:17 trustedProxies: a map of keys stands here: write a list',
    ],
    ['a list at the top', '- 1\n', ':1:1: a list stands here: write a map of keys'],
    [
      'nothing behind a key',
      'log:\n',
      ':1:1 log: is empty: write a map of keys, or remove the line',
    ],
    [
      'a word that is not one of several',
      'log:\n  level: verbose\n',
      ":2:10 log.level: 'verbose' does not fit: write trace, debug, info, warn, error, fatal or silent",
    ],
    [
      'a duration without a unit',
      'shutdownTimeout: 10\n',
      ':1:18 shutdownTimeout: a number stands here: write a duration such as 250ms, 10s, 5m or 1h',
    ],
    [
      'a duration of several words',
      'shutdownTimeout: 10 sec\n',
      ":1:18 shutdownTimeout: '10 sec' does not fit: write a duration such as 250ms, 10s, 5m or 1h",
    ],
    [
      'a duration that timers would take for 1 ms',
      'shutdownTimeout: 597h\n',
      ':1:18 shutdownTimeout: is out of range: write a duration from 1ms to 596h',
    ],
    [
      'a duration of nothing, which would mean no limit',
      'listen: { headersTimeout: 0s }\n',
      ':1:27 listen.headersTimeout: is out of range: write a duration from 1ms to 596h',
    ],
    [
      'the PROXY protocol from nobody',
      'listen:\n  proxyProtocol: true\n',
      ':2:18 listen.proxyProtocol: nobody could connect: name the proxies that send the header in trustedProxies',
    ],
    [
      'proxies that are neither address nor range',
      'trustedProxies:\n  - 10.0.0.0/8\n  - 10.0.0.0/33\n  - "::1"\n  - ::/129\n  - proxy.internal\n  - fe80::1%eth0\n',
      ...[3, 5, 6, 7].map(
        (line) =>
          `:${line}:5 trustedProxies[${line - 2}]: is neither an address nor a range: write it as 10.0.0.1, 10.0.0.0/8 or 2001:db8::/32`,
      ),
    ],
    [
      'limits of kinds that do not fit',
      'limits:\n  connections: 0\n  tenant:\n    rate: 5\n    body: 10\n    url: 8kb\n    headers: 501\n    responseTimeout: true\n    stallTimeout: false\n',
      ':2:16 limits.connections: 0 is too small: write 1 or more',
      ':4:11 limits.tenant.rate: 5 does not fit: write { perSecond, burst }, or false',
      ':5:11 limits.tenant.body: a number stands here: write a size such as 64kb, 10mb or 2gb',
      ':6:10 limits.tenant.url: text stands here: write a number',
      ':7:14 limits.tenant.headers: 501 is too big: write 500 or less',
      ':8:22 limits.tenant.responseTimeout: true does not fit: write false or a duration such as 250ms, 10s, 5m or 1h',
      ':9:19 limits.tenant.stallTimeout: true or false stands here: write a duration such as 250ms, 10s, 5m or 1h',
    ],
    [
      'sizes and rates that are no such thing',
      'limits:\n  tenant:\n    rate: { perSecond: 0 }\n    body: 10 MB\n    totalTimeout: 10\n',
      ':3:24 limits.tenant.rate.perSecond: 0 is too small: write 1 or more',
      ":4:11 limits.tenant.body: '10 MB' does not fit: write a size such as 64kb, 10mb or 2gb",
      ':5:19 limits.tenant.totalTimeout: 10 does not fit: write false or a duration such as 250ms, 10s, 5m or 1h',
    ],
    [
      'limits of a tenant that the whole does not let it reach',
      'limits:\n  connections: 10\n  connectionsPerClient: 11\n  requests: 10\n  upgrades: 10\n  tenant: { requests: 11, upgrades: 12, url: 16385 }\n  requestsPerClient: 11\n',
      ':3:25 limits.connectionsPerClient: 11 can never be reached, as limits.connections of the gateway is 10: write 10 or less, or raise that',
      ':6:23 limits.tenant.requests: 11 can never be reached, as limits.requests of the gateway is 10: write 10 or less, or raise that',
      ':6:37 limits.tenant.upgrades: 12 can never be reached, as limits.upgrades of the gateway is 10: write 10 or less, or raise that',
      ':6:46 limits.tenant.url: 16385 can never be reached, as listen.maxHeaderSize of the gateway is 16384: write 16384 or less, or raise that',
      ':7:22 limits.requestsPerClient: 11 can never be reached, as limits.requests of the gateway is 10: write 10 or less, or raise that',
    ],
    [
      'rates of a tenant that the whole does not let it reach',
      'limits:\n  rate: { perSecond: 5 }\n  tenant:\n    rate: { perSecond: 6, burst: 11 }\n',
      ':4:24 limits.tenant.rate.perSecond: 6 can never be reached, as limits.rate.perSecond of the gateway is 5: write 5 or less, or raise that',
      ':4:34 limits.tenant.rate.burst: 11 can never be reached, as limits.rate.burst of the gateway is 10: write 10 or less, or raise that',
    ],
    [
      'a default tenant misspelt',
      'defaultTenant: acem\n',
      ":1:16 defaultTenant: there is no tenant 'acem', did you mean 'acme'?",
    ],
    [
      'a default tenant that is like no other',
      'defaultTenant: x\n',
      ":1:16 defaultTenant: there is no tenant 'x': name one that has a file in tenants",
    ],
    [
      'YAML that cannot be read',
      'log: {level: info\n',
      ':2:1: Flow map in block collection must be sufficiently indented and end with a }',
    ],
    [
      'an apps folder that is not there',
      'appsRoot: nowhere\n',
      ":1:11 appsRoot: 'nowhere' does not exist: create the folder, or name another",
    ],
    [
      'an apps folder that is a file',
      'appsRoot: apps/acme/package.json\n',
      ":1:11 appsRoot: 'apps/acme/package.json' is not a folder: name a folder",
    ],
  ])
})

describe('a tenant', () => {
  const list = 'hosts:\n  - b.localhost\napp: acme\n'
  refuses('config/tenants/b.yaml', [
    [
      'an unknown key',
      'host: [b.localhost]\napp: acme\n',
      ':1:1 hosts: is missing: write a list of hosts',
      ":1:1 host: unknown key 'host', did you mean 'hosts'?",
    ],
    ['an empty file', '', ':1:1 hosts: is missing: write a list of hosts'],
    ['no host', 'app: acme\nhosts: []\n', ':2:8 hosts: is empty: write at least one host'],
    [
      'one host as text',
      'app: acme\nhosts: b.localhost\n',
      ':2:8 hosts: text stands here: write a list of hosts',
    ],
    [
      'limits that do not fit',
      `${list}limits:\n  rate: fast\n  body: 1tb\n  connections: 5\n`,
      ":5:9 limits.rate: 'fast' does not fit: write { perSecond, burst }, or false",
      ":6:9 limits.body: '1tb' does not fit: write a size such as 64kb, 10mb or 2gb",
      ":7:3 limits.connections: unknown key 'connections', the known keys are rate, requests, upgrades, body, url, headers, bodyTimeout, bodyIdleTimeout, responseTimeout, totalTimeout, stallTimeout, tunnelIdleTimeout",
    ],
    [
      'limits that the whole gateway does not let it reach',
      `${list}limits: { requests: 5001, upgrades: 5001, url: 16385 }\n`,
      ':4:21 limits.requests: 5001 can never be reached, as limits.requests of the gateway is 5000: write 5000 or less, or raise that',
      ':4:37 limits.upgrades: 5001 can never be reached, as limits.upgrades of the gateway is 5000: write 5000 or less, or raise that',
      ':4:48 limits.url: 16385 can never be reached, as listen.maxHeaderSize of the gateway is 16384: write 16384 or less, or raise that',
    ],
    [
      'a rate that the whole gateway does not let it reach',
      `${list}limits: { rate: { perSecond: 2001 } }\n`,
      ':4:30 limits.rate.perSecond: 2001 can never be reached, as limits.rate.perSecond of the gateway is 2000: write 2000 or less, or raise that',
    ],
    [
      'a host that is a number',
      list.replace('b.localhost', '12'),
      ':2:5 hosts[0]: 12 does not fit: write a host, or a redirect as { host, redirectTo }',
    ],
    [
      'a host with a scheme',
      list.replace('b.', 'https://b.'),
      ":2:5 hosts[0]: 'https://b.localhost' is not a host: leave out the scheme",
    ],
    [
      'a host with a port',
      list.replace('host\n', 'host:80\n'),
      ":2:5 hosts[0]: 'b.localhost:80' is not a host: leave out the port, every port is matched",
    ],
    [
      'a host with a path',
      list.replace('host\n', 'host/a\n'),
      ":2:5 hosts[0]: 'b.localhost/a' is not a host: leave out the path",
    ],
    [
      'a wildcard in the middle',
      list.replace('b.', 'b.*.'),
      ":2:5 hosts[0]: 'b.*.localhost': a wildcard stands only at the front, as *.example.com (one label) or **.example.com (one or more)",
    ],
    [
      'a wildcard of an address',
      list.replace('b.localhost', "'*.10.0.0.1'"),
      ":2:5 hosts[0]: '*.10.0.0.1': an address has no subdomains, write it without the wildcard",
    ],
    [
      'a redirect without a target',
      list.replace('app', '  - host: c.localhost\napp'),
      ':3:5 hosts[1].redirectTo: is missing: write one of the exact hosts of this tenant',
    ],
    [
      'a redirect with another status',
      list.replace('app', '  - { host: c.localhost, redirectTo: b.localhost, status: 303 }\napp'),
      ':3:59 hosts[1].status: 303 does not fit: write 301, 302, 307 or 308',
    ],
    [
      'an unknown key of a redirect',
      list.replace(
        'app',
        '  - host: c.localhost\n    redirectTo: b.localhost\n    redirect: x\napp',
      ),
      ":5:5 hosts[1].redirect: unknown key 'redirect', did you mean 'redirectTo'?",
    ],
    [
      'a redirect to a host of nobody',
      list.replace(
        'app',
        '  - d.localhost\n  - host: c.localhost\n    redirectTo: e.localhost\napp',
      ),
      ":5:17 hosts[2].redirectTo: 'e.localhost' is no exact host that this tenant serves: write b.localhost or d.localhost",
    ],
    [
      'a redirect to another tenant',
      list.replace('app', '  - { host: c.localhost, redirectTo: acme.localhost }\napp'),
      ":3:38 hosts[1].redirectTo: 'acme.localhost' is no exact host that this tenant serves: write b.localhost",
    ],
    [
      'a redirect to a redirect',
      list.replace(
        'app',
        '  - { host: c.localhost, redirectTo: d.localhost }\n  - { host: d.localhost, redirectTo: b.localhost }\napp',
      ),
      ":3:38 hosts[1].redirectTo: 'd.localhost' is no exact host that this tenant serves: write b.localhost",
    ],
    [
      'a redirect to a wildcard',
      "hosts: ['*.b.localhost', { host: b.localhost, redirectTo: '*.b.localhost' }]\napp: acme\n",
      ":1:59 hosts[1].redirectTo: '*.b.localhost' is no exact host that this tenant serves: add it to hosts as well",
    ],
    [
      'a redirect to something that is no host',
      list.replace('app', '  - { host: c.localhost, redirectTo: "http://b.localhost" }\napp'),
      ":3:38 hosts[1].redirectTo: 'http://b.localhost' is not a host: leave out the scheme",
    ],
    [
      'redirects alone',
      'app: acme\nhosts: [{ host: c.localhost, redirectTo: b.localhost }]\n',
      ':2:1 hosts: every host redirects: write at least one that is served',
    ],
    [
      'no follow-up of a host that cannot be read',
      'app: acme\nhosts:\n  - b.localhost:80\n  - { host: c.localhost, redirectTo: b.localhost }\n',
      ":3:5 hosts[0]: 'b.localhost:80' is not a host: leave out the port, every port is matched",
    ],
    [
      'headers that config does not set, or cannot',
      `${list}headers:\n  content-length: "1"\n  "a b": x\n  x-a: "b\\nc"\n  x-b: 1\n  Content-Type: null\n  Sec-WebSocket-Accept: x\n`,
      ':5:3 headers.content-length: frames an answer or says what it means, which is for the app alone: remove it',
      `:6:3 headers["a b"]: 'a b' does not fit: write the name of a header`,
      ":7:8 headers.x-a: 'b\ufffdc' does not fit: write visible ASCII on one line, at most 4096 characters",
      ':8:8 headers.x-b: a number stands here: write a text, or null to remove the header',
      ...[':9:3 headers.Content-Type', ':10:3 headers.Sec-WebSocket-Accept'].map(
        (place) =>
          `${place}: frames an answer or says what it means, which is for the app alone: remove it`,
      ),
    ],
    [
      'origins that browsers do not write',
      `${list}webSockets:\n  origins: [example.com, "https://a/b", "*"]\n`,
      ...[':5:13 webSockets.origins[0]', ':5:26 webSockets.origins[1]'].map(
        (place) =>
          `${place}: write it as https://app.example.com, with its port where it has one, and without a path; or "*"`,
      ),
    ],
    [
      'suspended in words of YAML 1.1',
      `${list}suspended: yes\n`,
      ":4:12 suspended: 'yes' does not fit: write true or false or a map of keys",
    ],
    [
      'another status of a suspended tenant',
      `${list}suspended:\n  status: 500\n`,
      ':5:11 suspended.status: 500 does not fit: write 404 or 503',
    ],
    [
      'props that are a list',
      `${list}props: [1]\n`,
      ':4:8 props: a list stands here: write a map of keys',
    ],
    [
      'props too long as UTF-8',
      `${list}props:\n  text: ${'ä'.repeat(2043)}\n`,
      ':4:1 props: take 4097 bytes as JSON: keep them to 4096',
    ],
    [
      'an app that is not there, misspelt',
      list.replace('acme', 'acne'),
      ":3:6 app: the app 'acne' has neither a file apps/acne.yaml in the config nor a folder apps/acne, did you mean 'acme'?",
    ],
    [
      'an app that is not there, by default',
      '# tenant b\nhosts: [b.localhost]\n',
      ":2:1 app: the app 'b' has neither a file apps/b.yaml in the config nor a folder apps/b: create one of them",
    ],
    [
      'an id that does not fit',
      list.replace('acme', 'Acme App'),
      ":3:6 app: 'Acme App' does not fit: write lower-case letters, digits, hyphens and underscores, at most 63",
    ],
  ])

  test('props of exactly 4096 bytes', async () => {
    const props = `props:\n  text: '${'ä'.repeat(2042)}1'\n`
    expect(await issuesOf({ 'config/tenants/b.yaml': `${list}${props}` })).toEqual([])
  })
})

describe('an upstream app', () => {
  const head = 'kind: upstream\ntargets: [http://10.0.0.1]\n'
  const url = 'write it as http://host:port, https://host:port or unix:/path/of.sock'
  refuses('config/apps/acme.yaml', [
    ['a kind of nobody', 'kind: php\n', ":1:7 kind: 'php' does not fit: write next or upstream"],
    ['a kind that is no text', 'kind: 3\n', ':1:7 kind: 3 does not fit: write next or upstream'],
    [
      'no targets',
      'kind: upstream\n',
      ':1:1 targets: is missing: write a list of the URLs of its servers',
    ],
    [
      'an empty list',
      'kind: upstream\ntargets: []\n',
      ':2:10 targets: is empty: write at least one target',
    ],
    [
      'a key of the other kind',
      `${head}dir: apps/acme\n`,
      ":3:1 dir: unknown key 'dir', the known keys are kind, targets, balance, sticky, host, path, tls, timeouts, maxConnections, maxQueue, maxHeaderSize, health, ejection, breaker, retries, cache, compression, upgrades",
    ],
    [
      'a key misspelt',
      `${head}balnace: least\n`,
      ":3:1 balnace: unknown key 'balnace', did you mean 'balance'?",
    ],
    [
      'URLs that are none of a server',
      'kind: upstream\ntargets:\n  - 10.0.0.1:80\n  - ftp://a\n  - http://a/b\n  - http://a/\n  - https://me:secret@a\n  - url: http://a:0\n  - unix:api.sock\n  - http://a?b\n  - http:a\n',
      `:3:5 targets[0]: '10.0.0.1:80' is no URL of a server: ${url}`,
      `:4:5 targets[1]: 'ftp://a' is no URL of a server: ${url}`,
      ":5:5 targets[2]: 'http://a/b' has more than host and port: leave the rest out, path.add puts a path in front",
      ":6:5 targets[3]: 'http://a/' has more than host and port: leave the rest out, path.add puts a path in front",
      ":7:5 targets[4]: 'https://…@a' names a user: leave out user and password",
      ":8:10 targets[5].url: 'http://a:0' has port 0: write the port that the server listens on",
      ":9:5 targets[6]: 'unix:api.sock' is no Unix socket: write unix: and an absolute path of at most 107 bytes",
      ":10:5 targets[7]: 'http://a?b' has more than host and port: leave the rest out, path.add puts a path in front",
      `:11:5 targets[8]: 'http:a' is no URL of a server: ${url}`,
    ],
    [
      'a target twice',
      'kind: upstream\ntargets: [http://a, "http://A:80"]\n',
      ":2:21 targets[1]: 'http://a' stands here twice: write it once, with a weight",
    ],
    [
      'a weight of nothing',
      'kind: upstream\ntargets: [{ url: http://a, weight: 0 }]\n',
      ':2:36 targets[0].weight: 0 is too small: write 1 or more',
    ],
    [
      'sticky without a secret',
      `${head}balance: sticky\n`,
      ':3:10 balance: needs a secret for its cookie: write sticky.secretEnv, the name of a variable that holds it, or sticky.secret',
    ],
    [
      'a secret that is too short, which is not shown',
      `${head}balance: sticky\nsticky: { secret: hunter2 }\n`,
      ':3:10 balance: needs a secret for its cookie: write sticky.secretEnv, the name of a variable that holds it, or sticky.secret',
      ':4:19 sticky.secret: is too short: write 32 characters or more',
    ],
    [
      'two secrets',
      `${head}balance: sticky\nsticky: { secretEnv: A, secret: ${'x'.repeat(32)} }\n`,
      ':4:9 sticky: has two secrets: write secret or secretEnv',
    ],
    [
      'a secret for nothing',
      `${head}sticky: { secretEnv: A }\n`,
      ':3:9 sticky: is for `balance: sticky`: write that too, or leave this out',
    ],
    [
      'tls for nothing',
      `${head}tls: { serverName: a }\n`,
      ':3:6 tls: no target is reached over https: write its URL so, or leave this out',
    ],
    [
      'verification switched off',
      'kind: upstream\ntargets: [https://a]\ntls: { rejectUnauthorized: false }\n',
      ":3:8 tls.rejectUnauthorized: unknown key 'rejectUnauthorized', the known keys are ca, cert, key, serverName",
    ],
    [
      'files that are not there, or hold something else',
      'kind: upstream\ntargets: [https://a]\ntls: { ca: ca.pem, cert: apps/acme/package.json, key: apps }\n',
      ":3:12 tls.ca: 'ca.pem' does not exist: create it, or correct the path",
      ":3:26 tls.cert: 'apps/acme/package.json' holds no PEM that can be used: name another file",
      ":3:55 tls.key: 'apps' is not a file: name a PEM file",
    ],
    [
      'a certificate without its key',
      'kind: upstream\ntargets: [https://a]\ntls: { cert: apps/acme/package.json }\n',
      ':3:6 tls: a client certificate needs both files: write tls.key too',
      ":3:14 tls.cert: 'apps/acme/package.json' holds no PEM that can be used: name another file",
    ],
    [
      'a path that ends with a slash, or is none',
      `${head}path: { strip: /api/, add: api }\n`,
      ":3:16 path.strip: '/api/' does not fit: write a path such as /api, which begins with / and does not end with it",
      ":3:28 path.add: 'api' does not fit: write a path such as /api, which begins with / and does not end with it",
    ],
    [
      'more retries than the budget may be',
      `${head}retries: { budget: 0.5 }\n`,
      ':3:20 retries.budget: 0.5 is too big: write 0.1 or less',
    ],
    [
      'h2c, by which requests would pass unseen',
      `${head}upgrades: [h2c]\n`,
      ":3:12 upgrades[0]: 'h2c' does not fit: write a protocol in lower case, such as websocket; h2c is never tunnelled",
    ],
    [
      'the longest ejection shorter than the first',
      `${head}ejection: { time: 10m }\n`,
      ':3:1 ejection.maxTime: is shorter than ejection.time: write at least as much',
    ],
  ])

  test('needs no folder, neither of its own nor of apps', async () => {
    await using folder = await createFolder({
      'config/tenants/acme.yaml': 'hosts: [acme.localhost]\n',
      'config/apps/acme.yaml': 'kind: upstream\ntargets: [unix:/run/a.sock]\n',
    })
    expect(await issuesIn(folder, PRODUCTION)).toEqual([])
  })

  test('the folder of apps is missed where an app may lie there', async () => {
    await using folder = await createFolder({
      'config/tenants/acme.yaml': 'hosts: [acme.localhost]\n',
      'config/tenants/b.yaml': 'hosts: [b.localhost]\n',
      'config/apps/acme.yaml': 'kind: upstream\ntargets: [unix:/run/a.sock]\n',
    })
    expect(await issuesIn(folder, PRODUCTION)).toEqual([
      "config/gateway.yaml appsRoot: 'apps' does not exist: create the folder, or name another",
    ])
  })
})

describe('an app', () => {
  refuses('config/apps/acme.yaml', [
    ['an unknown key', 'dirr: apps/acme\n', ":1:1 dirr: unknown key 'dirr', did you mean 'dir'?"],
    [
      'production in the process of a gateway for development',
      'runtime: shared\nnext:\n  dev: false\n',
      ':3:8 next.dev: Next.js has one mode for a process, and the gateway runs for development: leave it out, or write `runtime: process`',
    ],
    [
      'a limit of memory in the process of the gateway',
      'runtime: shared\nmemory:\n  maxHeap: 512\n',
      ':3:3 memory: one process has one memory: leave it out, or write `runtime: process`',
    ],
    [
      'a runtime of nobody',
      'runtime: thread\n',
      ":1:10 runtime: 'thread' does not fit: write process or shared",
    ],
    [
      'options that next() has, and an app here has not',
      'next:\n  dir: .\n  webpack: true\n',
      ":2:3 next.dir: unknown key 'dir', the known keys are conf, dev, quiet, hostname, port, httpServer, turbopack",
      ":3:3 next.webpack: unknown key 'webpack', the known keys are conf, dev, quiet, hostname, port, httpServer, turbopack",
    ],
    [
      'a server to share',
      'next:\n  httpServer: shared\n',
      ":2:15 next.httpServer: 'shared' does not fit: write own",
    ],
    [
      'keys of next.config that count in the build',
      'next:\n  conf:\n    basePath: /a\n    i18n: {}\n    compress: false\n    redirects: []\n',
      `:3:5 next.conf.basePath: ${build('basePath')}`,
      `:4:5 next.conf.i18n: ${build('i18n')}`,
      `:6:5 next.conf.redirects: ${build('redirects')}`,
    ],
    [
      'a key of next.config misspelt',
      'next:\n  conf:\n    compres: true\n',
      ":3:5 next.conf.compres: unknown key 'compres', did you mean 'compress'?",
    ],
    [
      'a value of next.config',
      'next: { conf: { logging: true } }\n',
      ':1:26 next.conf.logging: true does not fit: write false or a map of keys',
    ],
    [
      'a variable that is a number',
      'env:\n  PORT: 3000\n',
      ':2:9 env.PORT: a number stands here: write text, in quotes',
    ],
    [
      'names that are no variables',
      'env:\n  1A: x\n  "B-C": x\n',
      ":2:3 env.1A: '1A' does not fit: write letters, digits and underscores, no digit first",
      ":3:3 env.B-C: 'B-C' does not fit: write letters, digits and underscores, no digit first",
    ],
    [
      'variables that the gateway needs',
      'env:\n  NODE_ENV: production\n  NODE_OPTIONS: --inspect\n  NODE_CHANNEL_FD: "3"\n  NEXT_ADAPTER_PATH: /x\n  TURBOPACK: "1"\n  __NEXT_PRIVATE_RENDER_WORKER: x\n  NEXT_PUBLIC_A: fine\n',
      ':2:3 env.NODE_ENV: is reserved, remove it: the gateway sets it; write next.dev in the app instead',
      ':3:3 env.NODE_OPTIONS: is reserved, remove it: the gateway sets the options of the child process',
      ':4:3 env.NODE_CHANNEL_FD: is reserved, remove it: the child process would take it for a channel to its parent',
      ':5:3 env.NEXT_ADAPTER_PATH: is reserved, remove it: the gateway sets it to apply next.conf',
      ':6:3 env.TURBOPACK: is reserved, remove it: write next.turbopack in the app instead',
      ':7:3 env.__NEXT_PRIVATE_RENDER_WORKER: is reserved, remove it: it is internal to Next.js',
    ],
    ['a NUL byte', 'env:\n  A: "x\\0y"\n', ':2:3 env.A: holds a NUL byte: remove it'],
    [
      'a folder that is not there',
      'dir: apps/acne\n',
      ":1:6 dir: 'apps/acne' does not exist: create it, or correct the path",
    ],
    [
      'a folder that is a file',
      'dir: apps/acme/package.json\n',
      ":1:6 dir: 'apps/acme/package.json' is not a folder: name the folder of a Next.js project",
    ],
    [
      'the apps folder itself',
      'dir: apps\n',
      ":1:6 dir: 'apps' leads out of the folder 'apps': move it into the folder 'apps'",
    ],
    [
      'a folder outside',
      'dir: apps/../config\n',
      ":1:6 dir: 'apps/../config' leads out of the folder 'apps': move it into the folder 'apps'",
    ],
    [
      'a folder far outside',
      'dir: /etc\n',
      ":1:6 dir: '/etc' leads out of the folder 'apps': move it into the folder 'apps'",
    ],
    [
      'an env file that is not there',
      'envFile: acme.env\n',
      ":1:10 envFile: 'acme.env' does not exist: create it, or correct the path",
    ],
    [
      'an env file outside',
      'envFile: [/etc/hostname]\n',
      ":1:11 envFile[0]: '/etc/hostname' leads out of the project folder: move it into the project folder",
    ],
    [
      'an env file that is a folder',
      'envFile: apps\n',
      ":1:10 envFile: 'apps' is not a file: name a file of variables",
    ],
  ])

  test('a link out of the apps folder', async () => {
    const link = { link: '../elsewhere' }
    const files = {
      'apps/b': link,
      'elsewhere/package.json': '{}',
      'config/apps/b.yaml': 'dir: apps/b',
    }
    expect(await issuesOf(files)).toEqual([
      "config/apps/b.yaml:1:6 dir: 'apps/b' leads out of the folder 'apps': move it into the folder 'apps'",
    ])
  })

  test('a sibling whose name begins like the apps folder', async () => {
    const files = { 'apps-old/b/package.json': '{}', 'config/apps/b.yaml': 'dir: apps-old/b' }
    expect(await issuesOf(files)).toEqual([
      "config/apps/b.yaml:1:6 dir: 'apps-old/b' leads out of the folder 'apps': move it into the folder 'apps'",
    ])
  })

  test('a link of an env file out of the project', async () => {
    const files = { 'a.env': { link: '/etc/hostname' }, 'config/apps/acme.yaml': 'envFile: a.env' }
    expect(await issuesOf(files)).toEqual([
      "config/apps/acme.yaml:1:10 envFile: 'a.env' leads out of the project folder: move it into the project folder",
    ])
  })

  test('lines of an env file that cannot be read, without their values', async () => {
    const text = 'A=1\nhunter2\nNODE_OPTIONS=--inspect\nB="hunter2\n'
    expect(await issuesOf({ 'a.env': text, 'config/apps/acme.yaml': 'envFile: a.env' })).toEqual([
      'a.env:2:1: is not NAME=value: write it so, or remove the line',
      'a.env:3:1 NODE_OPTIONS: is reserved, remove it: the gateway sets the options of the child process',
      'a.env:4:1 B: begins with a quote that does not enclose the value: close it, or remove it',
    ])
  })

  test.each<[string, Content]>([
    ['apps/b/package.json', '{}'],
    ['apps/b/next.config.mjs', ''],
    ['apps/b/app/', ''],
    ['apps/b/pages/', ''],
    ['apps/b/src/app/', ''],
    ['apps/b/src/pages/', ''],
  ])('%s makes a Next.js project', async (path, content) => {
    expect(await issuesOf({ [path]: content, 'config/apps/b.yaml': '' })).toEqual([])
  })

  test('a folder that is no Next.js project', async () => {
    expect(
      await issuesOf({ 'apps/b/src/index.js': '', 'config/apps/b.yaml': 'runtime: process' }),
    ).toEqual([
      "config/apps/b.yaml:1:1 dir: 'apps/b' is not a Next.js project: it has no package.json, next.config, app or pages",
    ])
  })

  test('an app without a file is told of in the first tenant that names it', async () => {
    const files = {
      'apps/b/README.md': '',
      'config/tenants/c.yaml': 'hosts: [c.localhost]\napp: b\n',
      'config/tenants/d.yaml': 'hosts: [d.localhost]\napp: b\n',
    }
    expect(await issuesOf(files)).toEqual([
      "config/tenants/c.yaml:2:6 app: 'apps/b' is not a Next.js project: it has no package.json, next.config, app or pages",
    ])
  })

  test('in production, an app without a release', async () => {
    const id = '20261124-184456-7f3a'
    const released = {
      [`apps/acme/.tenantry/releases/${id}/release.json`]: '{}',
      'apps/acme/.tenantry/current': { link: `releases/${id}` },
    }
    const gone = { 'apps/acme/.tenantry/current': { link: `releases/${id}` } }
    const file = { 'config/apps/acme.yaml': 'dir: apps/acme' }
    const dev = { 'config/apps/acme.yaml': 'next: { dev: true }' }
    const message = "the app 'acme' has no release: run `tenantry build acme`"
    expect(await issuesOf({}, PRODUCTION)).toEqual([`config/tenants/acme.yaml:1:1 app: ${message}`])
    expect(await issuesOf(file, PRODUCTION)).toEqual([`config/apps/acme.yaml:1:6 dir: ${message}`])
    expect(await issuesOf(released, PRODUCTION)).toEqual([])
    expect(await issuesOf(gone, PRODUCTION)).toHaveLength(1)
    expect(await issuesOf(dev, PRODUCTION)).toEqual([])
    expect(await issuesOf({}, { mode: 'production', requireReleases: false })).toEqual([])
    expect(await issuesOf({}, { mode: 'development', requireReleases: true })).toEqual([])
  })
})

describe('across files', () => {
  test.each([
    ['the same host', 'acme.localhost'],
    ['another case and a trailing dot', 'ACME.localhost.'],
  ])('%s', async (_, host) => {
    const text = `app: acme\nhosts:\n  - b.localhost\n  - ${host}\n`
    expect(await issuesOf({ 'config/tenants/b.yaml': text })).toEqual([
      "config/tenants/b.yaml:4:5 hosts[1]: 'acme.localhost' is claimed by config/tenants/acme.yaml:1 already: remove it here or there",
    ])
  })

  test.each([
    ['U-labels', "'münchen.example'", "'xn--mnchen-3ya.example'", 'xn--mnchen-3ya.example'],
    ['wildcards', "'*.b.example'", "'*.B.example'", '*.b.example'],
    ['spellings of an address', "'[::1]'", "'[0:0::1]'", '[::1]'],
    [
      'a host and a redirect',
      'b.example',
      '{ host: b.example, redirectTo: c.example }',
      'b.example',
    ],
  ])('%s, in one file', async (_, first, second, name) => {
    const text = `app: acme\nhosts:\n  - c.example\n  - ${first}\n  - ${second}\n`
    expect(await issuesOf({ 'config/tenants/b.yaml': text })).toEqual([
      `config/tenants/b.yaml:5:5 hosts[2]: '${name}' is claimed by config/tenants/b.yaml:4 already: remove it here or there`,
    ])
  })

  test('the place of a claim counts the hosts that cannot be read', async () => {
    const text = 'app: acme\nhosts: [b/c, b.example, acme.localhost]\n'
    expect(await issuesOf({ 'config/tenants/b.yaml': text })).toEqual([
      "config/tenants/b.yaml:2:9 hosts[0]: 'b/c' is not a host: leave out the path",
      "config/tenants/b.yaml:2:25 hosts[2]: 'acme.localhost' is claimed by config/tenants/acme.yaml:1 already: remove it here or there",
    ])
  })

  test('wildcards of different breadth and their exact hosts are different claims', async () => {
    const text = "app: acme\nhosts: ['*.b.example', '**.b.example', b.example, x.b.example]\n"
    expect(await issuesOf({ 'config/tenants/b.yaml': text })).toEqual([])
  })

  test('two files of one name', async () => {
    const tenant = 'hosts: [acme.localhost]'
    const files = {
      'config/tenants/acme.json': '{"hosts":["acme.localhost"]}',
      'config/tenants/acme.yml': tenant,
    }
    expect(
      await issuesOf({ ...files, 'config/gateway.json': '{}', 'config/gateway.yaml': '' }),
    ).toEqual([
      'config/gateway.yaml: has the same name as config/gateway.json: keep one of them',
      'config/tenants/acme.yaml: has the same name as config/tenants/acme.json: keep one of them',
      'config/tenants/acme.yml: has the same name as config/tenants/acme.json: keep one of them',
    ])
  })

  test('names of files that are no ids', async () => {
    const mend = 'rename it to lower-case letters, digits, hyphens and underscores, at most 63'
    expect(
      await issuesOf({
        'config/tenants/Acme.yaml': 'hosts: [b.localhost]',
        'config/apps/a b.yaml': '',
      }),
    ).toEqual([
      `config/apps/a b.yaml: its name is the id, and 'a b' does not fit: ${mend}`,
      `config/tenants/Acme.yaml: its name is the id, and 'Acme' does not fit: ${mend}`,
    ])
  })

  test('all issues of all files come at once, sorted, without follow-ups', async () => {
    const files = {
      'config/gateway.yaml': 'defaultTenant: broken\nlog:\n  level: loud\n',
      'config/apps/store.yaml': 'next: { dev: maybe }\nenv: { NODE_ENV: x, A: 1 }\n',
      'config/apps/torn.yaml': 'dir: [',
      'config/tenants/broken.yaml': 'hosts: [',
      'config/tenants/one.yaml': 'hosts: [acme.localhost]\napp: store\ncolour: red\n',
      'config/tenants/two.yaml': 'hosts: [two.localhost]\napp: torn\n',
      'apps/store/package.json': '{}',
    }
    expect(await issuesOf(files)).toEqual([
      'config/apps/store.yaml:1:14 next.dev: text stands here: write true or false',
      'config/apps/store.yaml:2:8 env.NODE_ENV: is reserved, remove it: the gateway sets it; write next.dev in the app instead',
      'config/apps/store.yaml:2:24 env.A: a number stands here: write text, in quotes',
      'config/apps/torn.yaml:1:7: Flow sequence in block collection must be sufficiently indented and end with a ]',
      "config/gateway.yaml:3:10 log.level: 'loud' does not fit: write trace, debug, info, warn, error, fatal or silent",
      'config/tenants/broken.yaml:1:9: Flow sequence in block collection must be sufficiently indented and end with a ]',
      "config/tenants/one.yaml:1:9 hosts[0]: 'acme.localhost' is claimed by config/tenants/acme.yaml:1 already: remove it here or there",
      "config/tenants/one.yaml:3:1 colour: unknown key 'colour', the known keys are hosts, app, props, suspended, cache, headers, webSockets, limits",
    ])
  })

  test('a refused or misspelt key is not followed by an issue with its default', async () => {
    const files = {
      'config/apps/b.yaml': 'dri: apps/acme\n',
      'config/tenants/c.yaml': 'hosts: [c.localhost]\napp: C C\n',
      'config/tenants/d.yaml': 'hosts: [d.localhost]\nap: acme\n',
    }
    expect(await issuesOf(files)).toEqual([
      expect.stringContaining("dri: unknown key 'dri'"),
      expect.stringContaining("app: 'C C' does not fit"),
      "config/tenants/d.yaml:2:1 ap: unknown key 'ap', did you mean 'app'?",
    ])
  })

  test('nor is a misspelt folder of the apps', async () => {
    await using folder = await createFolder({
      'config/gateway.yaml': 'appRoot: sites\n',
      'config/tenants/acme.yaml': 'hosts: [acme.localhost]\n',
      'sites/acme/package.json': '{}',
    })
    expect(await issuesIn(folder)).toEqual([
      "config/gateway.yaml:1:1 appRoot: unknown key 'appRoot', did you mean 'appsRoot'?",
    ])
  })

  test('a refused key elsewhere does not hide that a default does not work', async () => {
    const files = { 'config/apps/b.yaml': 'next: { dev: maybe }\nenvFile: b.env\n' }
    expect(await issuesOf(files)).toEqual([
      "config/apps/b.yaml:1:1 dir: 'apps/b' does not exist: create it, or correct the path",
      'config/apps/b.yaml:1:14 next.dev: text stands here: write true or false',
      "config/apps/b.yaml:2:10 envFile: 'b.env' does not exist: create it, or correct the path",
    ])
  })

  test('a gateway file that cannot be read makes no issues in apps and tenants', async () => {
    expect(await issuesOf({ 'config/gateway.yaml': 'appsRoot: [\n' })).toHaveLength(1)
  })
})

describe('folders', () => {
  test('a config folder that is not there', async () => {
    await using folder = await createFolder({})
    expect(await issuesIn(folder)).toEqual([
      'config: does not exist: create the folder, or name another',
    ])
  })

  test('a config folder that is a file', async () => {
    await using folder = await createFolder({ config: '' })
    expect(await issuesIn(folder)).toEqual(['config: is not a folder: name a folder'])
  })

  test('a tenants folder that is a file', async () => {
    await using folder = await createFolder({ 'config/tenants': '' })
    expect(await issuesIn(folder)).toEqual(['config/tenants: is not a folder: name a folder'])
  })

  test('an apps folder that is not there, by default', async () => {
    await using folder = await createFolder({ 'config/tenants/a.yaml': 'hosts: [a.localhost]' })
    expect(await issuesIn(folder)).toEqual([
      "config/gateway.yaml appsRoot: 'apps' does not exist: create the folder, or name another",
    ])
  })
})
