import { setTimeout as wait } from 'node:timers/promises'
import type { CartLine } from './cart'
import { products, type Product } from './products'

const pairs: Readonly<Record<string, readonly string[]>> = {
  'ridgeline-shell': ['col-boots', 'waypoint-pack', 'fjord-bottle'],
  'waypoint-pack': ['fjord-bottle', 'ridgeline-shell', 'camp-mug'],
  'tarn-tent': ['ember-lantern', 'harbour-blanket', 'camp-mug'],
  'ember-lantern': ['camp-mug', 'harbour-blanket', 'tarn-tent'],
  'col-boots': ['waypoint-pack', 'ridgeline-shell', 'fjord-bottle'],
  'camp-mug': ['ember-lantern', 'harbour-blanket', 'fjord-bottle'],
  'harbour-blanket': ['tarn-tent', 'ember-lantern', 'camp-mug'],
  'fjord-bottle': ['waypoint-pack', 'camp-mug', 'col-boots'],
}
const bestSellers = ['waypoint-pack', 'ember-lantern', 'camp-mug']

/** The three products that go best with what is in the cart. Ranking them takes a while. */
export async function recommend(cart: readonly CartLine[]): Promise<readonly Product[]> {
  await wait(600)
  const inCart = new Set(cart.map((line) => line.product.slug))
  const slugs = [...cart.flatMap((line) => pairs[line.product.slug] ?? []), ...bestSellers]
  const ranked = [...new Set([...slugs, ...products.map((product) => product.slug)])]
  return ranked
    .filter((slug) => !inCart.has(slug))
    .slice(0, 3)
    .flatMap((slug) => products.find((product) => product.slug === slug) ?? [])
}
