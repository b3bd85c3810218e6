import Link from 'next/link'
import styles from './site-footer.module.css'

export function SiteFooter() {
  return (
    <footer className={styles.footer}>
      <div className={`wrap ${styles.columns}`}>
        <div className={styles.house}>
          <strong>Acme Outfitters</strong>
          <p>
            12 Harbour Street, Port Arrow
            <br />
            Open Tuesday to Saturday, 9 to 5
          </p>
        </div>
        <nav aria-label="Shop">
          <Link href="/products">Everything we make</Link>
          <Link href="/recommendations">Chosen for you</Link>
          <Link href="/cart">Your cart</Link>
        </nav>
        <nav aria-label="House">
          <Link href="/about">Who we are</Link>
          <Link href="/stock">On the shelves</Link>
          <Link href="/dispatch">The packing bench</Link>
        </nav>
      </div>
    </footer>
  )
}
