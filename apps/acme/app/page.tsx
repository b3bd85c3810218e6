import Image from 'next/image'
import Link from 'next/link'
import { ProductGrid } from '@/components/product-grid'
import { products } from '@/lib/products'
import styles from './home.module.css'

export default function HomePage() {
  return (
    <>
      <section className={styles.hero}>
        <Image src="/images/hero.webp" alt="" fill preload sizes="100vw" className={styles.scene} />
        <div className={`wrap ${styles.poster}`}>
          <h1>
            Made for
            <br />
            weather
          </h1>
          <p>
            Jackets, packs, tents and camp things. Sewn in Port Arrow since 1951, and mended for as
            long as you own them.
          </p>
          <Link href="/products" className="button">
            See everything
          </Link>
        </div>
      </section>

      <section className={`wrap ${styles.section}`} id="products">
        <div className={styles.heading}>
          <h2>Eight things, made well</h2>
          <p>
            We would rather improve a pack than launch another one. This is the whole range, and
            most of it has been for twenty years.
          </p>
        </div>
        <ProductGrid products={products} />
      </section>

      <section className={styles.repairs}>
        <div className={styles.night}>
          <Image
            src="/images/night.webp"
            alt="A lit orange tent beside a lake under the stars"
            fill
            sizes="(max-width: 55rem) 100vw, 55vw"
          />
        </div>
        <div className={styles.promise}>
          <h2>Send it back when it breaks, not when you are bored of it</h2>
          <p>
            Four people at our bench do nothing but repairs. A patch, a pole, a zip or a sole costs
            you the postage to us, and nothing after that.
          </p>
          <dl>
            <div>
              <dt>Repairs last year</dt>
              <dd>6,318</dd>
            </div>
            <div>
              <dt>Oldest pack returned</dt>
              <dd>1967</dd>
            </div>
            <div>
              <dt>Usual wait</dt>
              <dd>9 days</dd>
            </div>
          </dl>
          <Link href="/about">How the workshop works</Link>
        </div>
      </section>
    </>
  )
}
