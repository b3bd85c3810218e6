import Link from 'next/link'
import { CartLink } from './cart-count'
import { NavLink } from './nav-link'
import styles from './site-header.module.css'

export function SiteHeader() {
  return (
    <header className={styles.header}>
      <div className={`wrap ${styles.bar}`}>
        <Link href="/" className={styles.brand} aria-label="Acme Outfitters, home">
          <svg viewBox="0 0 64 44" width="44" height="30" aria-hidden="true">
            <path d="M0 44 27 0l13 20 7-9 17 33z" fill="#f3f1e8" />
            <path d="m27 0 10 15-6 6-4-4-5 4-3-8z" fill="#e8551b" />
          </svg>
          <span>
            Acme <em>Outfitters</em>
          </span>
        </Link>
        <nav className={styles.nav} aria-label="Main">
          <NavLink href="/products">Shop</NavLink>
          <NavLink href="/recommendations">For you</NavLink>
          <NavLink href="/stock">Stock</NavLink>
          <NavLink href="/about">About</NavLink>
        </nav>
        <CartLink />
      </div>
    </header>
  )
}
