import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import Link from 'next/link'
import { Notice } from '@/components/notice'
import { subscriberCookie } from '@/lib/cookies'
import { getShop } from '@/lib/shop'

export const metadata: Metadata = { title: 'The letter' }

export default async function WelcomePage() {
  const [{ name }, jar] = await Promise.all([getShop(), cookies()])
  const address = jar.get(subscriberCookie)?.value
  const toShop = (
    <Link href={address ? '/' : '/#letter'} className="button">
      {address ? 'Back to the shop' : 'To the form'}
    </Link>
  )
  return (
    <Notice
      title={address ? 'You are on the list' : 'Not on the list yet'}
      art="notebook"
      action={toShop}
    >
      {address
        ? `The next letter from ${name} goes to ${address}, on the last Friday of the month.`
        : `Leave an address, and ${name} writes once a month.`}
    </Notice>
  )
}
