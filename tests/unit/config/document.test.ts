import { describe, expect, test } from '@jest/globals'
import { parseDocument, type Path } from '../../../gateway/src/config/document.ts'

function problemsOf(text: string): string[] {
  return parseDocument(text).problems.map((one) => `${one.line}:${one.column} ${one.message}`)
}

describe('values', () => {
  test.each<[string, string, unknown]>([
    ['YAML', 'a: 1\nb: [x, true, null]\n', { a: 1, b: ['x', true, null] }],
    ['JSON with tabs', '{\n\t"a": [\n\t\t"\\ud83d\\ude00"\n\t]\n}\n', { a: ['😀'] }],
    ['nothing', '', {}],
    ['comments alone', '# nothing here\n', {}],
    ['a document that begins with ---', '---\na: 1\n', { a: 1 }],
    ['aliases of earlier anchors', 'a: &x { y: 1 }\nb: *x\n', { a: { y: 1 }, b: { y: 1 } }],
    ['words that are no booleans in YAML 1.2', 'a: yes\nb: off\n', { a: 'yes', b: 'off' }],
    ['no merge keys', 'a: &x { y: 1 }\nb: { <<: *x }\n', { a: { y: 1 }, b: { '<<': { y: 1 } } }],
    ['keys that look like other types', '1: a\ntrue: b\n', { '1': 'a', true: 'b' }],
  ])('%s', (_, text, value) => {
    expect(problemsOf(text)).toEqual([])
    expect(parseDocument(text).value).toEqual(value)
  })
})

describe('what is refused', () => {
  const alias =
    'YAML reads a leading * as an alias, and no such anchor stands before it: use quotes'
  const tag = 'a tag begins here (!), and none is allowed: put text that begins with ! in quotes'
  test.each<[string, string, string[]]>([
    ['a wildcard host without quotes', "- *.a.b\n- '*.a.b'\n", [`1:3 ${alias}, as in '*.a.b'`]],
    ['a double wildcard without quotes', '- **.a.b\n', [`1:3 ${alias}, as in '**.a.b'`]],
    ['an alias of nothing, which may be a secret', 'a: *hunter2\n', [`1:4 ${alias}`]],
    ['a custom tag', 'a: 1\nb: !secret 2\n', [`2:4 ${tag}`]],
    [
      'a tag of YAML 1.1',
      'a: !!timestamp 2001-01-01\nb: !!binary aGk=\n',
      [`1:4 ${tag}`, `2:4 ${tag}`],
    ],
    [
      'a key twice',
      'a: 1\nb:\n  c: 1\n  c: 2\n',
      ["4:3 the key 'c' stands here twice: remove one"],
    ],
    ['__proto__', 'a:\n  __proto__: {}\n', ["2:3 the key '__proto__' is not allowed: rename it"]],
    [
      '"__proto__" in JSON',
      '{"__proto__": 1}',
      ["1:2 the key '__proto__' is not allowed: rename it"],
    ],
    ['constructor', '- constructor: 1\n', ["1:3 the key 'constructor' is not allowed: rename it"]],
    ['prototype', 'prototype: 1\n', ["1:1 the key 'prototype' is not allowed: rename it"]],
    [
      'two documents',
      'a: 1\n---\nb: 2\n',
      ['2:1 a second document begins here: write one document a file'],
    ],
    ['a tab as indent', 'a:\n\tb: 1\n', ['2:1 a tab indents this line: use spaces']],
    ['a %YAML line', '%YAML 1.1\n---\na: 1\n', ['1:1 is read as YAML 1.2: remove the %YAML line']],
    ['an unknown directive', '%FOO bar\n---\na: 1\n', ['1:1 Unknown directive %FOO']],
    [
      'a key that is no text',
      '? [a]\n: 1\n',
      ['1:3 a key must be text: write its name, in quotes where it is unusual'],
    ],
    [
      'a missing bracket',
      'a: [1\n',
      ['2:1 Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    [
      'what yaml would quote of the text',
      'a: "x" hunter2\n',
      ['1:8 Unexpected scalar at node end'],
    ],
    [
      'a secret behind a bar',
      'a: |hunter2\n',
      ['1:5 Block scalar header includes extra characters'],
    ],
    ['infinity', 'a: .inf\n', ['1:4 is not a JSON number: write it in quotes']],
    [
      'a number beyond doubles',
      'a: 9007199254740993\n',
      ['1:4 is too large for an exact number: write it in quotes'],
    ],
    [
      'an alias inside its anchor',
      'a: &x\n  b: *x\n',
      ["2:6 the alias '*x' stands inside its own anchor: write it out"],
    ],
  ])('%s', (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems)
    expect(parseDocument(text).value).toBeUndefined()
  })

  test.each(['[', '{a: ', '- ', '? '])('100,000 times %p', (piece) => {
    expect(problemsOf(piece.repeat(100_000))).toEqual([
      expect.stringMatching(/^1:\d+ is nested too deeply: stay below 64 levels$/),
    ])
  })

  test.each([
    ['lists', '[', 62, ']'],
    ['maps', '{a: ', 62, '}'],
    ['lines', '- ', 62, ''],
  ])('%s may be nested, but not deeper than any config needs', (_, open, depth, close) => {
    const nest = (levels: number): string => `${open.repeat(levels)}1${close.repeat(levels)}\n`
    expect(problemsOf(nest(depth))).toEqual([])
    expect(problemsOf(nest(depth + 4))).toHaveLength(1)
  })

  test('a billion laughs', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 9; i++) lines.push(`a${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}]`)
    expect(problemsOf(lines.join('\n'))).toEqual([
      '1:1 its aliases expand to too much: write them out',
    ])
  })

  test('many aliases, none of them nested', () => {
    expect(problemsOf(`a: &x 1\nb:\n${'  - *x\n'.repeat(101)}`)).toEqual([
      '103:5 has more than 100 aliases: write them out',
    ])
  })

  test('at most ten problems of a file are told', () => {
    expect(problemsOf('a: 1\n'.repeat(50))).toHaveLength(10)
  })
})

describe('positions', () => {
  const text = [
    '# comment',
    'hosts:',
    '  - a.example',
    '  - host: b.example',
    '    redirectTo: a.example',
    'listen: &l',
    '  port: 3',
    '  empty:',
    'copy: *l',
  ].join('\n')
  test.each<[Path, 'key' | 'value', string]>([
    [[], 'value', '2:1'],
    [['hosts'], 'key', '2:1'],
    [['hosts'], 'value', '3:3'],
    [['hosts', 0], 'value', '3:5'],
    [['hosts', 1], 'value', '4:5'],
    [['hosts', 1, 'redirectTo'], 'value', '5:17'],
    [['hosts', 1, 'redirectTo'], 'key', '5:5'],
    [['hosts', 1, 'absent'], 'value', '4:5'],
    [['listen', 'port'], 'value', '7:9'],
    [['listen', 'absent'], 'value', '6:1'],
    [['listen', 'empty'], 'value', '8:3'],
    [['copy', 'port'], 'value', '7:9'],
    [['absent'], 'value', '2:1'],
  ])('%j %s', (path, where, expected) => {
    const { line, column } = parseDocument(text).at(path, where)
    expect(`${line}:${column}`).toBe(expected)
  })
})
