import Link from 'next/link'
import type { Summary } from '@/lib/article'
import { useText } from '@/lib/text'
import { ArticlePicture } from './article-picture'
import { Byline } from './byline'
import styles from './article-card.module.css'

interface Props {
  readonly article: Summary
  readonly sizes?: string
}

export function ArticleCard({ article, sizes = '(max-width: 45rem) 100vw, 33vw' }: Props) {
  const text = useText()
  return (
    <article className={styles.card}>
      <ArticlePicture article={article} sizes={sizes} />
      <p className={styles.section}>{text.section[article.section]}</p>
      <h3>
        <Link href={`/articles/${article.slug}`}>{article.title}</Link>
      </h3>
      <p className={styles.standfirst}>{article.standfirst}</p>
      <Byline article={article} />
    </article>
  )
}
