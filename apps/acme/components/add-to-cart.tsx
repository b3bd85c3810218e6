'use client'

import Link from 'next/link'
import { useActionState, useEffect } from 'react'
import { addToCart } from '@/app/cart/actions'
import { useSetCartCount } from './cart-count'
import styles from './add-to-cart.module.css'

export function AddToCart({ slug }: { slug: string }) {
  const [result, action, pending] = useActionState(addToCart, null)
  const setCount = useSetCartCount()

  useEffect(() => {
    if (result) setCount(result.count)
  }, [result, setCount])

  return (
    <form action={action} className={styles.form}>
      <input type="hidden" name="slug" value={slug} />
      <button className="button" data-testid="add-to-cart" disabled={pending}>
        {pending ? 'Adding' : 'Add to cart'}
      </button>
      <p role="status">
        {result && (
          <>
            {result.message} <Link href="/cart">View cart</Link>
          </>
        )}
      </p>
    </form>
  )
}
