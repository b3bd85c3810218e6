import { choose, hash } from './hash'

const kinds = [
  'vase',
  'mug',
  'teapot',
  'bowl',
  'oil',
  'tin',
  'candle',
  'lamp',
  'plant',
  'stool',
  'basket',
  'print',
  'notebook',
  'clock',
  'soap',
  'brush',
] as const

export type Kind = (typeof kinds)[number]

export interface Item {
  readonly id: Kind
  readonly name: string
  readonly price: number
  readonly blurb: string
  readonly made: string
}

interface Pattern {
  readonly noun: string
  readonly price: number
  readonly blurb: string
}

const patterns: Readonly<Record<Kind, Pattern>> = {
  vase: {
    noun: 'Vase',
    price: 48,
    blurb: 'Thrown by hand, wide in the hip, narrow enough at the neck for a single stem.',
  },
  mug: {
    noun: 'Mug',
    price: 19,
    blurb: 'Holds a proper amount, and keeps it warm to the end of a short book chapter.',
  },
  teapot: {
    noun: 'Teapot',
    price: 56,
    blurb: 'Four cups, a spout that does not drip, and a lid that stays on when you pour.',
  },
  bowl: {
    noun: 'Bowl',
    price: 34,
    blurb: 'For soup, for salad, for the keys. Stacks with its smaller brother.',
  },
  oil: {
    noun: 'Oil Bottle',
    price: 27,
    blurb: 'A stoneware bottle with a steel spout, dark inside, so that oil stays fresh.',
  },
  tin: {
    noun: 'Tea Tin',
    price: 16,
    blurb: 'Two lids, one inside the other. Filled with the house blend, refilled for less.',
  },
  candle: {
    noun: 'Candle',
    price: 14,
    blurb: 'Beeswax and rapeseed, forty hours, in a holder you will want to keep.',
  },
  lamp: {
    noun: 'Lamp',
    price: 129,
    blurb:
      'A small light for a big table. The switch is on the cable, where you find it in the dark.',
  },
  plant: {
    noun: 'Fern',
    price: 22,
    blurb: 'Raised two streets away. It likes a bathroom, and forgives a holiday.',
  },
  stool: {
    noun: 'Stool',
    price: 98,
    blurb: 'Three legs never wobble. Ash, oiled once a year, or never.',
  },
  basket: {
    noun: 'Basket',
    price: 39,
    blurb: 'Woven from willow in an afternoon, by someone who has done it for thirty years.',
  },
  print: {
    noun: 'Print',
    price: 64,
    blurb: 'Two colours on cotton paper, numbered by hand, framed at the back of the shop.',
  },
  notebook: {
    noun: 'Notebook',
    price: 12,
    blurb: 'Sewn, so it lies flat. Paper that takes ink on both sides.',
  },
  clock: { noun: 'Clock', price: 72, blurb: 'It ticks, very quietly. You wind it on Sundays.' },
  soap: {
    noun: 'Soap',
    price: 9,
    blurb: 'Olive oil, lye and patience. Cut into bars after six weeks on the shelf.',
  },
  brush: {
    noun: 'Brush',
    price: 11,
    blurb: 'Beech and plant fibre, for dishes first and for potatoes after that.',
  },
}

const words = [
  'Harbour',
  'Juniper',
  'Linden',
  'Quarry',
  'Sparrow',
  'Tidal',
  'Meadow',
  'Cinder',
  'Almond',
  'Foxglove',
  'Granite',
  'Hazel',
  'Indigo',
  'Lantern',
  'Marrow',
  'Nettle',
  'Orchard',
  'Pebble',
  'Saffron',
  'Thistle',
  'Umber',
  'Vesper',
  'Willow',
  'Yarrow',
] as const
const makers = [
  'Made upstairs, by us',
  'Made in the next village',
  'Made by two sisters in the old dairy',
  'Made in small runs, when the kiln is free',
  'Made by a maker of one thing',
] as const
const shelf = 8

/** The items of one shop, always the same ones for the same host. */
export function catalogueOf(host: string): readonly Item[] {
  return kinds
    .toSorted((one, other) => hash(`${host} ${one}`) - hash(`${host} ${other}`))
    .slice(0, shelf)
    .map((kind) => itemOf(host, kind))
}

function itemOf(host: string, kind: Kind): Item {
  const { noun, price, blurb } = patterns[kind]
  const change = 0.85 + (hash(`${host} ${kind} price`) % 36) / 100
  return {
    id: kind,
    name: `${choose(`${host} ${kind} name`, words)} ${noun}`,
    price: Math.max(1, Math.round(price * change)),
    blurb,
    made: choose(`${host} ${kind} maker`, makers),
  }
}
