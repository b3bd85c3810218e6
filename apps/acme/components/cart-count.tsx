'use client'

import Link from 'next/link'
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import styles from './site-header.module.css'

interface CartCount {
  readonly count: number | undefined
  readonly setCount: (count: number) => void
}

const CartCountContext = createContext<CartCount>({ count: undefined, setCount: () => {} })

/** Asks for the count in the browser, so that the pages around it stay prerendered. */
export function CartCountProvider({ children }: { children: ReactNode }) {
  const [count, setCount] = useState<number>()

  useEffect(() => {
    const request = new AbortController()
    fetch('/api/cart', { signal: request.signal })
      .then((response) => response.json() as Promise<{ count: number }>)
      .then((cart) => setCount((known) => known ?? cart.count))
      .catch(() => {})
    return () => request.abort()
  }, [])

  const value = useMemo(() => ({ count, setCount }), [count])
  return <CartCountContext value={value}>{children}</CartCountContext>
}

export function useSetCartCount(): (count: number) => void {
  return useContext(CartCountContext).setCount
}

/** A page that knows the cart tells the badge. */
export function CartCountIs({ count }: { count: number }) {
  const setCount = useSetCartCount()
  useEffect(() => setCount(count), [count, setCount])
  return null
}

export function CartLink() {
  const { count } = useContext(CartCountContext)
  return (
    <Link href="/cart" className={styles.cart} aria-label={`Cart, ${count ?? 0} items`}>
      Cart
      <span className={styles.badge} data-testid="cart-count" data-empty={!count || undefined}>
        {count ?? 0}
      </span>
    </Link>
  )
}
