import type { Metadata } from 'next'
import Link from 'next/link'
import { Notice } from '@/components/notice'

export const metadata: Metadata = { title: 'Off the map' }

export default function NotFound() {
  const toShop = (
    <Link href="/products" className="button">
      Back to the shop
    </Link>
  )
  return (
    <Notice title="Off the map" image="/images/ember-lantern.webp" action={toShop}>
      There is no page at this address. It may have been a pattern we no longer cut; the ones we do
      are all in the shop.
    </Notice>
  )
}
