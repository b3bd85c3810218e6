import Link from 'next/link'
import { PageTitle } from '@/components/page-title'
import { useText } from '@/lib/text'
import styles from '@/styles/about.module.css'

export default function NotFoundPage() {
  const { missing: text } = useText()
  return (
    <div className={styles.page}>
      <PageTitle title={text.title} />
      <div className={`wrap ${styles.columns}`}>
        <h1>{text.title}</h1>
        <div className={styles.text}>
          <p>{text.text}</p>
          <p>
            <Link href="/">{text.home}</Link>
          </p>
        </div>
      </div>
    </div>
  )
}
