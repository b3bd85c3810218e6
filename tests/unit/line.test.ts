import { expect, test } from '@jest/globals'
import { Line } from '../../gateway/dist/line.js'

interface Waiting {
  turn: number
  readonly name: number
}

test('those that wait come in their order, whoever leaves meanwhile', () => {
  const line = new Line<Waiting>()
  const expected: number[] = []
  const served: number[] = []
  let name = 0
  for (let round = 0; round < 500; round++) {
    const some = Array.from({ length: 5 }, () => ({ turn: 0, name: name++ }))
    for (const each of some) line.add(each)
    const left = some[round % 5] as Waiting
    line.delete(left)
    line.delete(left)
    expected.push(...some.filter((each) => each !== left).map((each) => each.name))
    for (let i = 0; i < 3; i++) {
      const { first } = line
      if (first === undefined) continue
      served.push(first.name)
      line.delete(first)
    }
    expect(line.size).toBe(expected.length - served.length)
  }
  for (let { first } = line; first !== undefined; first = line.first) {
    served.push(first.name)
    line.delete(first)
  }
  expect(served).toEqual(expected)
  expect(line.size).toBe(0)
})

test('who does not wait leaves nobody out', () => {
  const line = new Line<Waiting>()
  const [one, other] = [
    { turn: 0, name: 1 },
    { turn: 0, name: 2 },
  ]
  line.add(one)
  line.delete(other)
  expect(line.first).toBe(one)
})
