import Link from 'next/link'
import styles from './site-header.module.css'

export function SiteHeader({ name }: { name: string }) {
  return (
    <header className={`wrap ${styles.header}`}>
      <Link href="/" className={styles.name} data-testid="shop-name">
        {name}
      </Link>
      <nav className={styles.nav} aria-label="Main">
        <Link href="/#shop">Shop</Link>
        <Link href="/about">About</Link>
        <Link href="/#letter">Letter</Link>
      </nav>
    </header>
  )
}
