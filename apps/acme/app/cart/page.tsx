import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import Link from 'next/link'
import { CartCountIs } from '@/components/cart-count'
import { CartLineRow } from '@/components/cart-line-row'
import { Notice } from '@/components/notice'
import { SubmitButton } from '@/components/submit-button'
import { cartCookie, itemCount, parseCart, postage, subtotal, type CartLine } from '@/lib/cart'
import { money } from '@/lib/money'
import { checkout } from './actions'
import styles from './cart.module.css'

export const metadata: Metadata = { title: 'Your cart' }

export default async function CartPage() {
  const cart = parseCart((await cookies()).get(cartCookie)?.value)
  return (
    <>
      <CartCountIs count={itemCount(cart)} />
      {cart.length > 0 ? <FilledCart cart={cart} /> : <EmptyCart />}
    </>
  )
}

function FilledCart({ cart }: { cart: readonly CartLine[] }) {
  const goods = subtotal(cart)
  const carriage = postage(goods)
  return (
    <div className="wrap page">
      <h1 className="page-title">Your cart</h1>
      <div className={styles.layout}>
        <ul className={styles.lines}>
          {cart.map((line) => (
            <CartLineRow key={line.product.slug} line={line} />
          ))}
        </ul>
        <section className={styles.summary} aria-label="Order summary">
          <dl>
            <dt>Goods</dt>
            <dd>{money(goods)}</dd>
            <dt>Postage</dt>
            <dd>{carriage === 0 ? 'Free' : money(carriage)}</dd>
            <dt className={styles.total}>Total</dt>
            <dd className={styles.total}>{money(goods + carriage)}</dd>
          </dl>
          <form action={checkout}>
            <SubmitButton className="button" testId="checkout" busy="Placing your order">
              Check out
            </SubmitButton>
          </form>
          <p>Sixty days to change your mind. Return postage is on us.</p>
        </section>
      </div>
    </div>
  )
}

function EmptyCart() {
  const toShop = (
    <Link href="/products" className="button">
      Go to the shop
    </Link>
  )
  return (
    <Notice title="Your cart" image="/images/waypoint-pack.webp" action={toShop}>
      There is nothing in it yet. The weather will not wait.
    </Notice>
  )
}
