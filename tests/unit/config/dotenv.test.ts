import { describe, expect, test } from '@jest/globals'
import { parseEnvText } from '../../../gateway/src/config/dotenv.ts'

describe('values', () => {
  test.each<[string, string, Record<string, string>]>([
    ['plain', 'A=1\nB = two words \n', { A: '1', B: 'two words' }],
    ['empty', 'A=\nB=""\n', { A: '', B: '' }],
    ['export', 'export A=1\n', { A: '1' }],
    ['a colon', 'A: 1\n', { A: '1' }],
    ['comments', '# x\n\nA=1 # x\nB="#1" # x\nC=a#b\n', { A: '1', B: '#1', C: 'a' }],
    ['quotes', `A='x y'\nB="x y"\nC=\`x 'y'\`\n`, { A: 'x y', B: 'x y', C: "x 'y'" }],
    ['an equals sign in a value', 'A=b=c==\n', { A: 'b=c==' }],
    [
      'escapes in double quotes alone',
      String.raw`A="x\ny"` + '\n' + String.raw`B='x\ny'`,
      { A: 'x\ny', B: String.raw`x\ny` },
    ],
    [
      'quotes over several lines',
      'A="-----BEGIN\nabc\n-----END"\nB=1\n',
      { A: '-----BEGIN\nabc\n-----END', B: '1' },
    ],
    ['an apostrophe inside', "A=it's\n", { A: "it's" }],
    ['a dollar', 'A=$B${C}\n', { A: '$B${C}' }],
    ['CRLF', 'A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['no newline at the end', 'A=1', { A: '1' }],
    ['the last of two', 'A=1\nA=2\n', { A: '2' }],
    ['nothing', '', {}],
  ])('%s', (_, text, expected) => {
    const { variables, problems } = parseEnvText(text)
    expect(problems).toEqual([])
    expect(Object.fromEntries(variables)).toEqual(expected)
  })
})

describe('what is refused', () => {
  test.each<[string, string, number, string, string]>([
    ['no assignment', 'A=1\n\nfoo\n', 3, '', 'is not NAME=value'],
    ['an open quote', 'A="x\nB=1\n', 1, 'A', 'begins with a quote'],
    ['text behind a quote', 'A="x" y\n', 1, 'A', 'begins with a quote'],
    ['a name with a hyphen', 'A-B=1\n', 1, 'A-B', 'is not a variable name'],
    ['a name with a digit first', '\n1A=1\n', 2, '1A', 'is not a variable name'],
    ['__proto__', '__proto__=1\n', 1, '__proto__', 'is not a variable name'],
    ['a line after a long value', 'A="1\n2\n3"\nB C\n', 4, '', 'is not NAME=value'],
    ['NODE_OPTIONS', 'NODE_OPTIONS=--inspect\n', 1, 'NODE_OPTIONS', 'is reserved'],
  ])('%s', (_, text, line, name, message) => {
    expect(parseEnvText(text).problems).toEqual([
      { line, name, message: expect.stringContaining(message) },
    ])
  })

  test('at most ten lines of a file are told', () => {
    expect(parseEnvText('x\n'.repeat(1000)).problems).toHaveLength(10)
  })

  test('quotes without end take no time', () => {
    const start = performance.now()
    parseEnvText(`A='${String.raw`\'`.repeat(100_000)}`)
    parseEnvText(`A=${' '.repeat(200_000)}"`)
    expect(performance.now() - start).toBeLessThan(10_000)
  })
})
