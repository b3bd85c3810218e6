import type { Shop } from '@/lib/shop'
import { ItemArt } from './item-art'
import { Motif } from './motif'
import styles from './shop-hero.module.css'

export function ShopHero({ shop: { name, tagline, look, items } }: { shop: Shop }) {
  return (
    <section className={styles.hero} data-hero={look.hero}>
      <div className={styles.text}>
        <h1>{look.hero === 'sign' ? name : tagline}</h1>
        <p>
          {look.hero === 'sign'
            ? tagline
            : `${name} keeps eight things at a time, and knows who made each.`}
        </p>
        <a href="#shop" className={styles.action}>
          See what is in
        </a>
      </div>
      <div className={styles.stage} aria-hidden="true">
        <Motif name={look.motif} className={styles.motif} />
        <div className={styles.shelf}>
          {items.slice(0, 3).map((item) => (
            <ItemArt key={item.id} kind={item.id} />
          ))}
        </div>
      </div>
    </section>
  )
}
