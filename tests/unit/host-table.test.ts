import { expect, test } from '@jest/globals'
import { HostTable } from '../../gateway/src/tenants/host-table.ts'
import { shuffled, tenantOf } from './support.ts'

const TENANTS = [
  tenantOf('exact', ['a.test', 'deep.one.test', 'x.eu.many.test', '127.0.0.1', '[::1]']),
  tenantOf('one', ['*.one.test', '*.both.test']),
  tenantOf('many', ['**.many.test', '**.both.test']),
  tenantOf('longer', ['**.eu.many.test', '*.us.many.test']),
  tenantOf('top', ['*.test', '**.example']),
  tenantOf('alias', ['www.alias.test → alias.test', 'alias.test']),
  tenantOf('fallback', ['fallback.local']),
]

const CASES: [host: string, tenant: string | undefined, rule: string, subdomain: string][] = [
  // exact hosts win over every wildcard
  ['a.test', 'exact', 'a.test', ''],
  ['deep.one.test', 'exact', 'deep.one.test', ''],
  ['x.eu.many.test', 'exact', 'x.eu.many.test', ''],
  ['alias.test', 'alias', 'alias.test', ''],
  ['www.alias.test', 'alias', 'www.alias.test', ''],
  ['127.0.0.1', 'exact', '127.0.0.1', ''],
  ['[::1]', 'exact', '[::1]', ''],
  // *. stands for exactly one label
  ['x.one.test', 'one', '*.one.test', 'x'],
  ['x.y.one.test', 'fallback', 'default', ''],
  ['b.test', 'top', '*.test', 'b'],
  ['one.test', 'top', '*.test', 'one'],
  ['x.deep.one.test', 'fallback', 'default', ''],
  // **. stands for one label or more
  ['x.many.test', 'many', '**.many.test', 'x'],
  ['x.y.z.many.test', 'many', '**.many.test', 'x.y.z'],
  ['many.test', 'top', '*.test', 'many'],
  ['a.b.example', 'top', '**.example', 'a.b'],
  ['example', 'fallback', 'default', ''],
  // the longest suffix wins, then *. before **.
  ['y.eu.many.test', 'longer', '**.eu.many.test', 'y'],
  ['x.y.eu.many.test', 'longer', '**.eu.many.test', 'x.y'],
  ['eu.many.test', 'many', '**.many.test', 'eu'],
  ['x.us.many.test', 'longer', '*.us.many.test', 'x'],
  ['x.y.us.many.test', 'many', '**.many.test', 'x.y.us'],
  ['x.both.test', 'one', '*.both.test', 'x'],
  ['x.y.both.test', 'many', '**.both.test', 'x.y'],
  // what only ends alike does not match
  ['xmany.test', 'top', '*.test', 'xmany'],
  ['x.xmany.test', 'fallback', 'default', ''],
  ['many.test.evil', 'fallback', 'default', ''],
  ['test', 'fallback', 'default', ''],
  ['10.0.0.1', 'fallback', 'default', ''],
  ['[::2]', 'fallback', 'default', ''],
]

test.each(CASES)('%s goes to %s by %s', (host, tenant, rule, subdomain) => {
  const match = new HostTable(TENANTS, 'fallback').find(host)
  expect([match?.rule.tenant.id, match?.rule.text, match?.subdomain]).toEqual([
    tenant,
    rule,
    subdomain,
  ])
})

test('the order of files and of hosts decides nothing', () => {
  const answers = (table: HostTable): unknown[] =>
    CASES.map(([host]) => [table.find(host)?.rule.text, table.find(host)?.rule.tenant.id])
  const expected = answers(new HostTable(TENANTS, 'fallback'))
  for (let seed = 0; seed < 100; seed++) {
    const tenants = shuffled(TENANTS, seed).map((tenant) => ({
      ...tenant,
      hosts: shuffled(tenant.hosts, seed),
    }))
    expect(answers(new HostTable(tenants, 'fallback'))).toEqual(expected)
  }
})

test('without a default, what no rule matches is unknown', () => {
  const table = new HostTable(TENANTS)
  for (const [host, , rule] of CASES)
    expect(table.find(host) === undefined).toBe(rule === 'default')
})

test('no tenants: nothing is found', () => {
  expect(new HostTable([]).find('a.test')).toBeUndefined()
  expect(new HostTable([], 'nobody').find('a.test')).toBeUndefined()
})

test.each([
  ['x.eu.many.test', ['x.eu.many.test', '**.eu.many.test', '**.many.test', 'default']],
  ['x.both.test', ['*.both.test', '**.both.test', 'default']],
  ['x.us.many.test', ['*.us.many.test', '**.many.test', 'default']],
  ['b.test', ['*.test', 'default']],
  ['nobody.invalid', ['default']],
])('%s: every rule that matches, the winner first', (host, rules) => {
  const table = new HostTable(TENANTS, 'fallback')
  expect(table.explain(host).map((rule) => rule.text)).toEqual(rules)
  expect(table.explain(host)[0]).toBe(table.find(host)?.rule)
})

test('the list of rules stands in the order of precedence', () => {
  const texts = new HostTable(TENANTS, 'fallback').rules().map((rule) => rule.text)
  const order = (text: string): number => texts.indexOf(text)
  expect(texts).toHaveLength(TENANTS.flatMap((tenant) => tenant.hosts).length + 1)
  expect(order('www.alias.test')).toBeLessThan(order('**.eu.many.test'))
  expect(order('**.eu.many.test')).toBeLessThan(order('**.many.test'))
  expect(order('*.both.test')).toBeLessThan(order('**.both.test'))
  expect(order('**.both.test')).toBeLessThan(order('*.test'))
  expect(texts.at(-1)).toBe('default')
})

test('an alias keeps its redirect, other hosts have none', () => {
  const table = new HostTable(TENANTS)
  expect(table.find('www.alias.test')?.rule.redirect).toEqual({ to: 'alias.test', status: 308 })
  expect(table.find('alias.test')?.rule.redirect).toBeUndefined()
})

test('props become one line of ASCII', () => {
  const props = { name: 'Müller & Söhne 💡\u007f\r\n', n: 1 }
  const header = new HostTable([tenantOf('a', ['a.test'], { props })]).tenants.get('a')?.propsHeader
  expect(header).toMatch(/^[\x20-\x7e]+$/)
  expect(JSON.parse(header ?? '')).toEqual(props)
})
