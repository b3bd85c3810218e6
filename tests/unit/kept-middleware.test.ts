import { expect, test } from '@jest/globals'
import { keepMiddleware } from '../../gateway/src/instances/kept-middleware.ts'

/** As Next's server asks: by way of the manifest. */
function serverClass(load: () => Promise<string>): new () => Asked {
  class Server {
    asked = 0
    getMiddlewareManifest(): object {
      this.asked++
      return {}
    }
    loadNodeMiddleware(): Promise<string> {
      this.asked++
      return load()
    }
    getMiddleware(): Promise<string> {
      this.getMiddlewareManifest()
      return this.loadNodeMiddleware()
    }
  }
  keepMiddleware(Server)
  return Server
}

interface Asked {
  asked: number
  getMiddleware(): Promise<string>
}

test('each server looks once, for itself', async () => {
  const Server = serverClass(() => Promise.resolve('proxy'))
  for (const server of [new Server(), new Server()]) {
    expect(await server.getMiddleware()).toBe('proxy')
    expect(await server.getMiddleware()).toBe('proxy')
    expect(server.asked).toBe(2)
  }
})

test('what failed is looked for again', async () => {
  const results = [Promise.reject(new Error('it throws')), Promise.resolve('proxy')]
  const Server = serverClass(() => results.shift() ?? Promise.reject(new Error('once too often')))
  const server = new Server()
  await expect(server.getMiddleware()).rejects.toThrow('it throws')
  expect(await server.getMiddleware()).toBe('proxy')
  expect(await server.getMiddleware()).toBe('proxy')
})

test('a server without these methods is left as it is', () => {
  class Older {
    older = true
  }
  keepMiddleware(Older)
  expect(Object.getOwnPropertyNames(Older.prototype)).toEqual(['constructor'])
})
