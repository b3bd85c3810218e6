import Link from 'next/link'
import { useRouter } from 'next/router'
import { locales } from '@/lib/locale'
import { useText } from '@/lib/text'
import styles from './site-header.module.css'

const names = { en: 'English', de: 'Deutsch' } as const

export function LanguageSwitch() {
  const text = useText()
  const { pathname, asPath } = useRouter()
  return (
    <span className={styles.languages} role="group" aria-label={text.language}>
      {locales.map((locale) => (
        <Link
          key={locale}
          href={samePage(pathname, asPath)}
          locale={locale}
          lang={locale}
          hrefLang={locale}
          aria-label={names[locale]}
          aria-current={locale === text.locale ? 'true' : undefined}
        >
          {locale.toUpperCase()}
        </Link>
      ))}
    </span>
  )
}

/** A prerendered page does not know its query, so only a search keeps it. */
function samePage(pathname: string, asPath: string): string {
  if (pathname === '/404') return '/'
  if (pathname === '/search') return asPath
  return asPath.replace(/[?#].*$/, '')
}
