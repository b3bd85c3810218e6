import Link from 'next/link'
import { useRouter } from 'next/router'
import { useText } from '@/lib/text'
import { LanguageSwitch } from './language-switch'
import styles from './site-header.module.css'

export function SiteHeader() {
  const text = useText()
  const { pathname } = useRouter()
  const current = (href: string) => (pathname === href ? 'page' : undefined)
  return (
    <header className={styles.header}>
      <div className={`wrap ${styles.bar}`}>
        <Link href="/" className={styles.brand}>
          {text.title}
        </Link>
        <nav className={styles.nav} aria-label="Main">
          <Link href="/arrivals" aria-current={current('/arrivals')}>
            {text.nav.arrivals}
          </Link>
          <Link href="/search" aria-current={current('/search')}>
            {text.nav.search}
          </Link>
          <Link href="/about" aria-current={current('/about')}>
            {text.nav.about}
          </Link>
          <LanguageSwitch />
        </nav>
      </div>
    </header>
  )
}
