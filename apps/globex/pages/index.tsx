import type { GetStaticProps } from 'next'
import Link from 'next/link'
import { ArticleCard } from '@/components/article-card'
import { ArticlePicture } from '@/components/article-picture'
import { Byline } from '@/components/byline'
import { articles } from '@/content/articles'
import { summaryOf, type Summary } from '@/lib/article'
import { asLocale } from '@/lib/locale'
import { useText } from '@/lib/text'
import styles from '@/styles/home.module.css'

interface Props {
  readonly lead: Summary
  readonly others: readonly Summary[]
}

export const getStaticProps = (({ locale }) => {
  const [lead, ...others] = articles.map((article) => summaryOf(article, asLocale(locale)))
  return lead ? { props: { lead, others } } : { notFound: true }
}) satisfies GetStaticProps<Props>

export default function HomePage({ lead, others }: Props) {
  const text = useText()
  return (
    <>
      <div className="wrap">
        <p className={styles.tagline}>{text.tagline}</p>
        <article className={styles.lead}>
          <ArticlePicture article={lead} sizes="(max-width: 60rem) 100vw, 60vw" preload />
          <div className={styles.leadText}>
            <h1>
              <Link href={`/articles/${lead.slug}`}>{lead.title}</Link>
            </h1>
            <p>{lead.standfirst}</p>
            <Byline article={lead} />
          </div>
        </article>
      </div>
      <section className={`wrap ${styles.issue}`}>
        <h2>{text.latest}</h2>
        <div className={styles.grid}>
          {others.map((article) => (
            <ArticleCard key={article.slug} article={article} />
          ))}
          <aside className={styles.board}>
            <h3>{text.boardTitle}</h3>
            <p>{text.boardText}</p>
            <Link href="/arrivals">{text.boardLink}</Link>
          </aside>
        </div>
      </section>
    </>
  )
}
