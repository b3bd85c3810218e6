import { describe, expect, test } from '@jest/globals'
import {
  AnswerParser,
  type AnswerEvents,
} from '../../gateway/dist/instances/forward/answer-parser.js'

/** What is told of the pieces, in order; chunks of one body are joined. */
function read(
  pieces: readonly Buffer[],
  { awaited = 'answer', ends = false }: { awaited?: 'answer' | 'head'; ends?: boolean } = {},
): unknown[] {
  const told: unknown[] = []
  let isAnswered = false
  const events: AnswerEvents = {
    get awaited() {
      return isAnswered ? 'nothing' : awaited
    },
    information: ({ status }) => told.push(status),
    head: ({ status, raw, isKept }) => told.push({ status, raw, isKept }),
    body(chunk) {
      const before = told.at(-1)
      if (typeof before === 'string') told[told.length - 1] = before + chunk.toString('latin1')
      else told.push(chunk.toString('latin1'))
    },
    complete(trailers) {
      isAnswered = true
      told.push({ trailers })
    },
  }
  const parser = new AnswerParser(0, events)
  parser.begin()
  for (const piece of pieces) {
    const error = parser.execute(piece)
    if (error !== undefined) {
      told.push(error.message)
      break
    }
  }
  if (ends) parser.finish()
  if (parser.isUnasked) told.push('unasked')
  parser.close()
  return told
}

const whole = (text: string): Buffer[] => [Buffer.from(text, 'latin1')]
const byByte = (text: string): Buffer[] =>
  Array.from({ length: text.length }, (_, i) => Buffer.from(text.charAt(i), 'latin1'))

const MANY = Array.from({ length: 70 }, (_, i) => [`X-${i}`, 'v'])

describe.each([
  ['whole', whole],
  ['byte by byte', byByte],
])('%s', (_how, cut) => {
  test.each([
    [
      'a body whose length is known',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
      [{ status: 200, raw: ['Content-Length', '5'], isKept: true }, 'hello', { trailers: [] }],
    ],
    [
      'no body',
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      [{ status: 200, raw: ['Content-Length', '0'], isKept: true }, { trailers: [] }],
    ],
    [
      'a status that has none',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
      [{ status: 304, raw: ['Content-Length', '5'], isKept: true }, { trailers: [] }],
    ],
    [
      'chunks and trailers',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX-A: b\r\n\r\n',
      [
        { status: 200, raw: ['Transfer-Encoding', 'chunked'], isKept: true },
        'abc',
        { trailers: ['X-A', 'b'] },
      ],
    ],
    [
      'informational answers first',
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      [
        103,
        100,
        { status: 200, raw: ['Content-Length', '2'], isKept: true },
        'ok',
        { trailers: [] },
      ],
    ],
    [
      'a connection that closes',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok',
      [
        { status: 200, raw: ['Connection', 'close', 'Content-Length', '2'], isKept: false },
        'ok',
        { trailers: [] },
      ],
    ],
    [
      'many headers',
      `HTTP/1.1 204 No Content\r\n${MANY.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
      [{ status: 204, raw: MANY.flat(), isKept: true }, { trailers: [] }],
    ],
  ])('%s', (_what, text, told) => {
    expect(read(cut(text))).toEqual(told)
  })

  test('HEAD: a length, and no body', () => {
    const text = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'
    expect(read(cut(text), { awaited: 'head' })).toEqual([
      { status: 200, raw: ['Content-Length', '5'], isKept: true },
      { trailers: [] },
    ])
  })

  test('a body that ends with the connection', () => {
    const text = 'HTTP/1.1 200 OK\r\n\r\nhello'
    const head = { status: 200, raw: [], isKept: false }
    expect(read(cut(text))).toEqual([head, 'hello'])
    expect(read(cut(text), { ends: true })).toEqual([head, 'hello', { trailers: [] }])
  })

  test('a body that is cut off is not complete', () => {
    const text = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello'
    const head = { status: 200, raw: ['Content-Length', '9'], isKept: true }
    expect(read(cut(text), { ends: true })).toEqual([head, 'hello'])
  })

  test.each(['H', 'HTTP/1.1 200 OK\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno'])(
    'what nobody asked for is told of: %j',
    (more) => {
      const text = `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok${more}`
      const told = read(cut(text))
      expect(told).toContain('unasked')
      expect(told.filter((each) => each === 'ok')).toHaveLength(1)
      expect(told).not.toContain('no')
    },
  )

  test.each([
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nConnection: close\r\n\r\n',
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-A: ${'a'.repeat(9000)}\r\n\r\n`,
  ])('nothing of an answer is left for the next: %#', (first) => {
    const told: unknown[] = []
    let isAnswered = false
    const events: AnswerEvents = {
      get awaited() {
        return isAnswered ? 'nothing' : 'answer'
      },
      information: () => {},
      head: ({ status, isKept }) => told.push([status, isKept]),
      body: () => {},
      complete: () => (isAnswered = true),
    }
    const parser = new AnswerParser(16_384, events)
    const next = `HTTP/1.1 201 Created\r\nX-B: ${'b'.repeat(9000)}\r\nContent-Length: 0\r\n\r\n`
    for (const text of [first, next]) {
      isAnswered = false
      parser.begin()
      for (const piece of cut(text)) expect(parser.execute(piece)).toBeUndefined()
      expect(isAnswered).toBe(true)
    }
    expect(told).toEqual([
      [200, true],
      [201, true],
    ])
    parser.close()
  })

  test('a head that is too large is told of, behind another answer as well', () => {
    const heads: number[] = []
    const events: AnswerEvents = {
      awaited: 'answer',
      information: () => {},
      head: ({ status }) => heads.push(status),
      body: () => {},
      complete: () => {},
    }
    const parser = new AnswerParser(16_384, events)
    const errors = [
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      `HTTP/1.1 201 Created\r\nX-A: ${'a'.repeat(30_000)}`,
    ].map((text) => {
      parser.begin()
      return cut(text)
        .map((piece) => parser.execute(piece))
        .find((error) => error !== undefined)
    })
    expect(errors[0]).toBeUndefined()
    expect(errors[1]).toMatchObject({ code: 'HPE_HEADER_OVERFLOW' })
    expect(heads).toEqual([200])
    parser.close()
  })

  test.each([
    'x',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello',
    'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhello',
  ])('a fault in the answer behind another: %j', (second) => {
    const answered = { awaited: 'answer' as const }
    const told: unknown[] = []
    const events: AnswerEvents = {
      ...answered,
      information: () => {},
      head: ({ status }) => told.push(status),
      body: (chunk) => told.push(String(chunk)),
      complete: () => told.push('complete'),
    }
    const parser = new AnswerParser(0, events)
    parser.begin()
    for (const piece of cut('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')) {
      expect(parser.execute(piece)).toBeUndefined()
    }
    const before = told.length
    parser.begin()
    const error = cut(second)
      .map((piece) => parser.execute(piece))
      .find((each) => each !== undefined)
    expect(error?.message).toMatch(/^Parse Error/)
    expect(told).toHaveLength(before)
    parser.close()
  })
})
