export interface Arrival {
  readonly ship: string
  readonly from: string
  readonly berth: string
  /** ISO time. */
  readonly due: string
  readonly state: 'due' | 'pilot' | 'moored'
}

const ships = [
  ['Aurelia', 'Port Arrow'],
  ['Hanna K', 'Rotterdam'],
  ['Ponte Nova', 'Lisboa'],
  ['Skagerrak', 'Göteborg'],
  ['Marguerite', 'Antwerpen'],
  ['Onda Verde', 'Santos'],
  ['Silver Tern', 'Felixstowe'],
  ['Blue Heron', 'Valparaíso'],
  ['Nordlicht', 'Tromsø'],
] as const

const interval = 40 * 60 * 1000

/** The ship that moored last, the one with a pilot aboard, and the next ones. */
export function arrivalsAt(now: Date): Arrival[] {
  const current = Math.floor(now.getTime() / interval)
  return Array.from({ length: 8 }, (_, index) => {
    const slot = current + index - 1
    const [ship, from] = ships[slot % ships.length] ?? ships[0]
    return {
      ship,
      from,
      berth: `${'ABC'[slot % 3]}${1 + (slot % 7)}`,
      due: new Date(slot * interval + ((slot * 7) % 20) * 60_000).toISOString(),
      state: index === 0 ? 'moored' : index === 1 ? 'pilot' : 'due',
    }
  })
}
