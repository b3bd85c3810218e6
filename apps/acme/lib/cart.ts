import { findProduct, type Product } from './products'

export interface CartLine {
  readonly product: Product
  readonly quantity: number
}

export const cartCookie = 'cart'
export const orderCookie = 'order'
export const maximumQuantity = 9

const postageInPence = 490
const freePostageFromPence = 5000

/** Reads `camp-mug:2,tarn-tent:1`. What the shop does not sell is left out. */
export function parseCart(value: string | undefined): readonly CartLine[] {
  const lines = new Map<string, CartLine>()
  for (const entry of (value ?? '').split(',')) {
    const [slug = '', count = ''] = entry.split(':')
    const product = findProduct(slug)
    const quantity = clamp(Number(count))
    if (product && quantity > 0) lines.set(slug, { product, quantity })
  }
  return [...lines.values()]
}

export function formatCart(lines: readonly CartLine[]): string {
  return lines.map(({ product, quantity }) => `${product.slug}:${quantity}`).join(',')
}

/** A quantity of 0 takes the line out. */
export function withQuantity(
  lines: readonly CartLine[],
  product: Product,
  quantity: number,
): readonly CartLine[] {
  const line = { product, quantity: clamp(quantity) }
  const known = lines.some((other) => other.product === product)
  const changed = known
    ? lines.map((other) => (other.product === product ? line : other))
    : [...lines, line]
  return changed.filter((other) => other.quantity > 0)
}

export function quantityOf(lines: readonly CartLine[], product: Product): number {
  return lines.find((line) => line.product === product)?.quantity ?? 0
}

export function itemCount(lines: readonly CartLine[]): number {
  return lines.reduce((sum, line) => sum + line.quantity, 0)
}

export function subtotal(lines: readonly CartLine[]): number {
  return lines.reduce((sum, line) => sum + line.quantity * line.product.price, 0)
}

export function postage(goods: number): number {
  return goods >= freePostageFromPence ? 0 : postageInPence
}

function clamp(quantity: number): number {
  return Number.isInteger(quantity) ? Math.min(Math.max(quantity, 0), maximumQuantity) : 0
}
