import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import Link from 'next/link'
import { CartCountIs } from '@/components/cart-count'
import { Notice } from '@/components/notice'
import { cartCookie, itemCount, orderCookie, parseCart } from '@/lib/cart'

export const metadata: Metadata = { title: 'Thank you' }

export default async function ThanksPage() {
  const jar = await cookies()
  const number = jar.get(orderCookie)?.value
  return (
    <>
      <CartCountIs count={itemCount(parseCart(jar.get(cartCookie)?.value))} />
      {number ? <Ordered number={number} /> : <NoOrder />}
    </>
  )
}

function Ordered({ number }: { number: string }) {
  const toBench = (
    <Link href="/dispatch" className="button">
      Watch the bench
    </Link>
  )
  return (
    <Notice title="Thank you" image="/images/harbour-blanket.webp" action={toBench}>
      Order <strong data-testid="order-number">{number}</strong> is on the packing bench. Ordered
      before three, it leaves today; after three, first thing tomorrow.
    </Notice>
  )
}

function NoOrder() {
  const toShop = (
    <Link href="/products" className="button">
      Go to the shop
    </Link>
  )
  return (
    <Notice title="No order yet" image="/images/waypoint-pack.webp" action={toShop}>
      When you place an order, you will find its number here for an hour.
    </Notice>
  )
}
