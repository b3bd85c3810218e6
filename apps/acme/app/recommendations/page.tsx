import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import { Suspense } from 'react'
import { ProductGrid } from '@/components/product-grid'
import { cartCookie, parseCart } from '@/lib/cart'
import { recommend } from '@/lib/recommendations'
import styles from './recommendations.module.css'

export const metadata: Metadata = { title: 'Chosen for you' }

export default function RecommendationsPage() {
  return (
    <div className="wrap page">
      <h1 className="page-title">Chosen for you</h1>
      <p className="lede">
        What people who own what is in your cart come back for. Nothing is remembered: we read the
        cart, and forget it.
      </p>
      <Suspense fallback={<Choosing />}>
        <Recommended />
      </Suspense>
    </div>
  )
}

async function Recommended() {
  const cart = parseCart((await cookies()).get(cartCookie)?.value)
  const products = await recommend(cart)
  return (
    <section className={styles.result} aria-labelledby="because">
      <h2 id="because">
        {cart[0] ? `Because of the ${cart[0].product.name}` : 'Where most people start'}
      </h2>
      <ProductGrid products={products} />
    </section>
  )
}

function Choosing() {
  return (
    <div className={styles.result} role="status">
      <h2>Looking along the shelves</h2>
      <div className={styles.blanks} aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
    </div>
  )
}
