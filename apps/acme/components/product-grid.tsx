import Image from 'next/image'
import Link from 'next/link'
import { money } from '@/lib/money'
import type { Product } from '@/lib/products'
import styles from './product-grid.module.css'

interface Props {
  readonly products: readonly Product[]
  readonly level?: 'h2' | 'h3'
}

export function ProductGrid({ products, level: Heading = 'h3' }: Props) {
  return (
    <ul className={styles.grid}>
      {products.map((product) => (
        <li key={product.slug} className={styles.cell}>
          <div className={styles.picture}>
            <Image
              src={product.image}
              alt={product.alt}
              width={800}
              height={1000}
              sizes="(max-width: 40rem) 50vw, (max-width: 70rem) 33vw, 25vw"
            />
          </div>
          <div className={styles.text}>
            <Heading className={styles.name}>
              <Link href={`/products/${product.slug}`}>{product.name}</Link>
            </Heading>
            <p className={styles.price}>{money(product.price)}</p>
            <p className={styles.summary}>{product.summary}</p>
          </div>
        </li>
      ))}
    </ul>
  )
}
