import Link from 'next/link'
import { Notice } from '@/components/notice'
import { getShop } from '@/lib/shop'

export default async function NotFound() {
  const { name } = await getShop()
  const toShop = (
    <Link href="/" className="button">
      To the shop
    </Link>
  )
  return (
    <Notice title="Not on our shelf" art="basket" action={toShop}>
      {name} has nothing at this address. It may have sold out, or have been somebody else’s.
    </Notice>
  )
}
