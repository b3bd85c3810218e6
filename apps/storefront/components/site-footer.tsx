import Link from 'next/link'
import { houseOf } from '@/lib/house'
import type { Shop } from '@/lib/shop'
import styles from './site-footer.module.css'

export function SiteFooter({ shop }: { shop: Shop }) {
  const { street, hours } = houseOf(shop.host)
  return (
    <footer className={styles.footer}>
      <div className={`wrap ${styles.row}`}>
        <p>
          <strong>{shop.name}</strong>
          <br />
          {street}
          {shop.market && `, ${shop.market}`}
        </p>
        <p>{hours}</p>
        <p>
          <Link href="/about">About the shop</Link>
        </p>
      </div>
    </footer>
  )
}
