'use server'

import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import {
  cartCookie,
  formatCart,
  itemCount,
  maximumQuantity,
  orderCookie,
  parseCart,
  quantityOf,
  withQuantity,
  type CartLine,
} from '@/lib/cart'
import { findProduct } from '@/lib/products'

export interface AddResult {
  readonly count: number
  readonly message: string
}

export async function addToCart(_previous: AddResult | null, form: FormData): Promise<AddResult> {
  const cart = await readCart()
  const product = findProduct(form.get('slug'))
  if (!product) return { count: itemCount(cart), message: 'We no longer sell this.' }
  const before = quantityOf(cart, product)
  const changed = withQuantity(cart, product, before + 1)
  await writeCart(changed)
  const message =
    before === maximumQuantity
      ? `We send at most ${maximumQuantity} in one parcel.`
      : `${product.name} is in your cart.`
  return { count: itemCount(changed), message }
}

export async function changeQuantity(form: FormData): Promise<void> {
  const product = findProduct(form.get('slug'))
  if (product)
    await writeCart(withQuantity(await readCart(), product, Number(form.get('quantity'))))
}

export async function checkout(): Promise<void> {
  const cart = await readCart()
  if (cart.length === 0) redirect('/cart')
  const jar = await cookies()
  const number = `AO-${Date.now().toString(36).slice(-6).toUpperCase()}`
  jar.set(orderCookie, number, { ...cookieOptions, maxAge: 60 * 60 })
  jar.delete(cartCookie)
  redirect('/checkout/thanks')
}

const cookieOptions = { httpOnly: true, sameSite: 'lax', path: '/' } as const

async function readCart(): Promise<readonly CartLine[]> {
  return parseCart((await cookies()).get(cartCookie)?.value)
}

async function writeCart(lines: readonly CartLine[]): Promise<void> {
  const jar = await cookies()
  if (lines.length === 0) jar.delete(cartCookie)
  else jar.set(cartCookie, formatCart(lines), { ...cookieOptions, maxAge: 60 * 60 * 24 * 30 })
}
