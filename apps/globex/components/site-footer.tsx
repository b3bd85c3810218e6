import Link from 'next/link'
import { useText } from '@/lib/text'
import styles from './site-footer.module.css'

export function SiteFooter() {
  const text = useText()
  return (
    <footer className={styles.footer}>
      <div className={`wrap ${styles.row}`}>
        <p className={styles.brand}>{text.title}</p>
        <p>{text.footer}</p>
        <Link href="/visitor">{text.visitorLink}</Link>
      </div>
    </footer>
  )
}
