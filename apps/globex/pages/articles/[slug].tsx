import type { GetStaticPaths, GetStaticProps } from 'next'
import { ArticleCard } from '@/components/article-card'
import { ArticlePicture } from '@/components/article-picture'
import { Byline } from '@/components/byline'
import { PageTitle } from '@/components/page-title'
import { articles, findArticle } from '@/content/articles'
import { storyOf, summaryOf, type Story, type Summary } from '@/lib/article'
import { asLocale } from '@/lib/locale'
import { useText } from '@/lib/text'
import styles from '@/styles/article.module.css'

interface Props {
  readonly story: Story
  readonly next: readonly Summary[]
}

export const getStaticPaths = (({ locales = [] }) => ({
  paths: locales.flatMap((locale) => articles.map(({ slug }) => ({ params: { slug }, locale }))),
  fallback: false,
})) satisfies GetStaticPaths

export const getStaticProps = (({ params, locale: requested }) => {
  const locale = asLocale(requested)
  const article = findArticle(params?.['slug'])
  if (!article) return { notFound: true }
  const at = articles.indexOf(article)
  const following = [...articles.slice(at + 1), ...articles.slice(0, at)].slice(0, 3)
  return {
    props: {
      story: storyOf(article, locale),
      next: following.map((other) => summaryOf(other, locale)),
    },
  }
}) satisfies GetStaticProps<Props>

export default function ArticlePage({ story, next }: Props) {
  const text = useText()
  const [first, ...rest] = story.paragraphs
  const middle = Math.ceil(rest.length / 2)
  return (
    <>
      <PageTitle title={story.title} description={story.standfirst} />
      <article>
        <header className={`wrap ${styles.head}`}>
          <p className={styles.section}>{text.section[story.section]}</p>
          <h1>{story.title}</h1>
          <p className={styles.standfirst}>{story.standfirst}</p>
          <Byline article={story} />
        </header>
        <div className={styles.picture}>
          <ArticlePicture article={story} sizes="(max-width: 75rem) 100vw, 72rem" preload />
        </div>
        <div className={styles.body}>
          <p>{first}</p>
          {rest.slice(0, middle).map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
          <blockquote>{story.quote}</blockquote>
          {rest.slice(middle).map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </div>
      </article>
      <section className={styles.next}>
        <div className="wrap">
          <h2>{text.next}</h2>
          <div className={styles.grid}>
            {next.map((article) => (
              <ArticleCard key={article.slug} article={article} />
            ))}
          </div>
        </div>
      </section>
    </>
  )
}
