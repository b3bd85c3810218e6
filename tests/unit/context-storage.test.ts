import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { ContextStorage } from '../../gateway/dist/instances/context-storage.js'

// What takes the place of Node's class in apps must act as Node's does: each rule is shown on both.
describe.each([
  ['Node.js', AsyncLocalStorage],
  ['the shared frame', ContextStorage],
])('%s', (_name, Storage) => {
  test('a store is seen inside of its run, after awaits, in timers and promises, and not outside', async () => {
    const storage = new Storage<string>()
    expect(storage.getStore()).toBeUndefined()
    const inside = storage.run('a', async () => {
      await turn()
      const timer = new Promise((resolve) => setTimeout(() => resolve(storage.getStore()), 1))
      return [
        storage.getStore(),
        await timer,
        await Promise.resolve().then(() => storage.getStore()),
      ]
    })
    expect(storage.getStore()).toBeUndefined()
    expect(await inside).toEqual(['a', 'a', 'a'])
  })

  test('run nests, hands arguments and results on, and ends with a throw', () => {
    const storage = new Storage<number>()
    const sum = storage.run(
      1,
      (a: number, b: number) => {
        const inner = storage.run(2, () => storage.getStore())
        return a + b + (inner ?? 0) * 10 + (storage.getStore() ?? 0) * 100
      },
      3,
      4,
    )
    expect(sum).toBe(127)
    expect(() =>
      storage.run(1, () => {
        throw new Error('out')
      }),
    ).toThrow('out')
    expect(storage.getStore()).toBeUndefined()
  })

  test('several storages do not see each other', async () => {
    const [one, two] = [new Storage<string>(), new Storage<string>()]
    await one.run('1', () =>
      two.run('2', async () => {
        await turn()
        expect([one.getStore(), two.getStore()]).toEqual(['1', '2'])
        expect(one.run('3', () => [one.getStore(), two.getStore()])).toEqual(['3', '2'])
      }),
    )
  })

  test('exit, enterWith and disable', async () => {
    const storage = new Storage<string>()
    const other = new Storage<string>()
    await new AsyncResource('test').runInAsyncScope(async () => {
      other.enterWith('stays')
      storage.enterWith('entered')
      await turn()
      expect(storage.getStore()).toBe('entered')
      expect(storage.exit(() => storage.getStore())).toBeUndefined()
      expect(storage.getStore()).toBe('entered')
      storage.disable()
      expect(storage.getStore()).toBeUndefined()
      expect(other.getStore()).toBe('stays')
      expect(storage.run('again', () => storage.getStore())).toBe('again')
    })
  })

  test('bind and snapshot keep what was there when they were made', () => {
    const storage = new Storage<string>()
    const bound = storage.run('then', () => Storage.bind(() => storage.getStore()))
    const restore = storage.run('then', () => Storage.snapshot())
    expect(storage.run('now', bound)).toBe('then')
    expect(storage.run('now', () => restore(() => storage.getStore()))).toBe('then')
    const outside = [Storage.bind(() => storage.getStore()), Storage.snapshot()] as const
    expect(storage.run('now', outside[0])).toBeUndefined()
    expect(storage.run('now', () => outside[1](() => storage.getStore()))).toBeUndefined()
  })

  test('what is bound has its own `this`, arguments, result and error, and travels on', async () => {
    const storage = new Storage<string>()
    const bound = storage.run('then', () =>
      Storage.bind(async function named(this: unknown, one: number, two: number) {
        await turn()
        if (one === 0) throw new Error(`zero in ${storage.getStore()}`)
        return [this, one + two, storage.getStore()]
      }),
    )
    const self = { bound }
    expect(await self.bound(1, 2)).toEqual([self, 3, 'then'])
    await expect(bound(0, 0)).rejects.toThrow('zero in then')
    const restore = storage.run('then', () => Storage.snapshot())
    expect(restore((one: number) => `${one} ${storage.getStore()}`, 1)).toBe('1 then')
    expect(() => Storage.bind('text' as never)).toThrow(/function/)
  })
})

test('it is an AsyncLocalStorage to whoever asks', () => {
  expect(new ContextStorage()).toBeInstanceOf(AsyncLocalStorage)
})
