import type { Summary } from '@/lib/article'
import { longDate } from '@/lib/date'
import { useText } from '@/lib/text'
import styles from './byline.module.css'

export function Byline({ article }: { article: Summary }) {
  const text = useText()
  return (
    <p className={styles.byline}>
      <span>
        {text.by} {article.author}
      </span>
      <time dateTime={article.date}>{longDate(article.date, text.locale)}</time>
      <span>
        {article.minutes} {text.minutes}
      </span>
    </p>
  )
}
