import Image from 'next/image'
import Link from 'next/link'
import { changeQuantity } from '@/app/cart/actions'
import { maximumQuantity, type CartLine } from '@/lib/cart'
import { money } from '@/lib/money'
import styles from './cart-line-row.module.css'

export function CartLineRow({ line: { product, quantity } }: { line: CartLine }) {
  return (
    <li className={styles.row}>
      <Image src={product.image} alt="" width={160} height={200} className={styles.picture} />
      <div>
        <h2 className={styles.name}>
          <Link href={`/products/${product.slug}`}>{product.name}</Link>
        </h2>
        <p className={styles.each}>{money(product.price)} each</p>
        <form action={changeQuantity} className={styles.controls}>
          <input type="hidden" name="slug" value={product.slug} />
          <button name="quantity" value={quantity - 1} aria-label={`One ${product.name} less`}>
            &minus;
          </button>
          <output data-testid="quantity" aria-label={`Quantity of ${product.name}`}>
            {quantity}
          </output>
          <button
            name="quantity"
            value={quantity + 1}
            disabled={quantity === maximumQuantity}
            aria-label={`One ${product.name} more`}
          >
            +
          </button>
          <button name="quantity" value={0} className={styles.remove}>
            Remove
          </button>
        </form>
      </div>
      <p className={styles.sum}>{money(product.price * quantity)}</p>
    </li>
  )
}
