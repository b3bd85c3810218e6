import { PageTitle } from '@/components/page-title'
import { useText } from '@/lib/text'
import styles from '@/styles/about.module.css'

export default function AboutPage() {
  const { about: text } = useText()
  return (
    <div className={styles.page}>
      <PageTitle title={text.title} />
      <div className={`wrap ${styles.columns}`}>
        <h1>{text.title}</h1>
        <div className={styles.text}>
          {text.paragraphs.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
          <h2>{text.reachTitle}</h2>
          <address>{text.reach}</address>
        </div>
      </div>
    </div>
  )
}
