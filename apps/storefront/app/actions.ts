'use server'

import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import {
  cookieOptions,
  formatSaved,
  parseSaved,
  savedCookie,
  subscriberCookie,
} from '@/lib/cookies'
import { getShop } from '@/lib/shop'

const longestAddress = 254

/** Answers with what is wrong, or goes to the welcome page of the same shop. */
export async function subscribe(_previous: string | null, form: FormData): Promise<string> {
  const entry = form.get('email')
  const address = typeof entry === 'string' ? entry.trim() : ''
  if (address.length > longestAddress || !/^[^\s@]+@[^\s@]+$/.test(address)) {
    return 'That does not look like an e-mail address.'
  }
  const jar = await cookies()
  jar.set(subscriberCookie, address, cookieOptions)
  return redirect('/welcome')
}

export async function toggleSaved(form: FormData): Promise<void> {
  const { items } = await getShop()
  const id = items.find((item) => item.id === form.get('id'))?.id
  if (id === undefined) return
  const jar = await cookies()
  const saved = parseSaved(jar.get(savedCookie)?.value)
  const changed = saved.includes(id) ? saved.filter((other) => other !== id) : [...saved, id]
  jar.set(savedCookie, formatSaved(changed), cookieOptions)
}
