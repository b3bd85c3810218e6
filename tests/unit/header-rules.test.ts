import { expect, test } from '@jest/globals'
import { compileHeaderRules, withRules } from '../../gateway/src/http/header-rules.ts'

const RULES = compileHeaderRules({ 'X-Frame-Options': 'DENY', 'X-Powered-By': null }) ?? fail()

function fail(): never {
  throw new TypeError('no rules')
}

test('nothing to do is no rules', () => {
  expect(compileHeaderRules({})).toBeUndefined()
})

test.each<[what: string, given: string[], sent: string[]]>([
  ['none', [], ['X-Frame-Options', 'DENY']],
  ['others stay', ['A', '1', 'b', '2'], ['A', '1', 'b', '2', 'X-Frame-Options', 'DENY']],
  [
    'of another spelling, twice',
    ['x-frame-options', 'ALLOWALL', 'A', '1', 'X-FRAME-OPTIONS', 'x', 'x-powered-by', 'x'],
    ['A', '1', 'X-Frame-Options', 'DENY'],
  ],
  [
    'as long, but another',
    ['x-frame-optionz', '1', 'x-powered-bz', '2'],
    ['x-frame-optionz', '1', 'x-powered-bz', '2', 'X-Frame-Options', 'DENY'],
  ],
  [
    'a value that looks like a name',
    ['A', 'x-powered-by'],
    ['A', 'x-powered-by', 'X-Frame-Options', 'DENY'],
  ],
])('a list: %s', (_what, given, sent) => {
  const before = [...given]
  expect(withRules(RULES, given)).toEqual(sent)
  expect(given).toEqual(before)
})

test('a list of pairs', () => {
  const pairs = [
    ['A', '1'],
    ['x-powered-by', 'x'],
  ] as never[]
  expect(withRules(RULES, pairs)).toEqual(['A', '1', 'X-Frame-Options', 'DENY'])
})

test('an object', () => {
  const given = { a: '1', 'X-POWERED-BY': 'x', 'x-frame-options': 'x', 'set-cookie': ['a', 'b'] }
  expect(withRules(RULES, given)).toEqual({
    a: '1',
    'set-cookie': ['a', 'b'],
    'X-Frame-Options': 'DENY',
  })
})

test('a list that the rules do not concern is not copied', () => {
  const rules = compileHeaderRules({ 'x-powered-by': null }) ?? fail()
  const list = ['A', '1', 'x-powered-bz', '2']
  expect(withRules(rules, list)).toBe(list)
})

test('a name of any length is taken', () => {
  const list = ['x'.repeat(100_000), '1']
  expect(withRules(RULES, list)).toEqual([...list, 'X-Frame-Options', 'DENY'])
})
