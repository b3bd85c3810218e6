import { setTimeout as delay } from 'node:timers/promises'
import { expect } from '@jest/globals'
import type { Gateway } from '../../gateway/dist/gateway.js'

type Held = Gateway['held']

const NOTHING: Held = {
  requests: 0,
  upgrades: 0,
  tenants: 0,
  asking: 0,
  connections: 0,
  clients: 0,
}
const PATIENCE = 20_000

/** Waits until the gateway holds this; of what is not named, anything. A counter has no event: it is looked at again and again. */
export async function untilHeld(
  { gateway }: { gateway: Gateway },
  held: Partial<Held>,
): Promise<void> {
  const giveUp = performance.now() + PATIENCE
  const isReached = (): boolean =>
    Object.entries(held).every(([key, value]) => gateway.held[key as keyof Held] === value)
  while (!isReached() && performance.now() < giveUp) await delay(5)
  expect(gateway.held).toMatchObject(held)
}

/** Waits until clients hold nothing any more: all that was taken has been given back. */
export function expectFree(of: { gateway: Gateway }): Promise<void> {
  return untilHeld(of, NOTHING)
}
