import { products, type Product } from './products'

export interface StockLevel {
  readonly product: Product
  readonly shelf: string
  readonly onHand: number
  readonly capacity: number
}

/** What stands on the shelves: orders leave all day, and the workshop refills at night. */
export function countStock(): { readonly at: Date; readonly levels: readonly StockLevel[] } {
  const at = new Date()
  const minute = at.getUTCHours() * 60 + at.getUTCMinutes()
  const levels = products.map((product, index) => {
    const capacity = 24 + ((index * 13) % 5) * 12
    const sold = Math.floor((minute / 1440) * capacity * (0.55 + (index % 4) * 0.13))
    return {
      product,
      shelf: `${'ABCD'[index % 4]}${1 + (index >> 1)}`,
      onHand: capacity - sold,
      capacity,
    }
  })
  return { at, levels }
}
