import type { GetServerSideProps } from 'next'
import Link from 'next/link'
import { useRouter } from 'next/router'
import type { FormEvent } from 'react'
import { ArticlePicture } from '@/components/article-picture'
import { Byline } from '@/components/byline'
import { Marked } from '@/components/marked'
import { PageTitle } from '@/components/page-title'
import { articles } from '@/content/articles'
import { asLocale } from '@/lib/locale'
import { searchArticles, type Hit } from '@/lib/search'
import { useText } from '@/lib/text'
import styles from '@/styles/search.module.css'

interface Props {
  readonly query: string
  readonly hits: readonly Hit[]
}

const longestQuery = 80

export const getServerSideProps = (async ({ query: { q }, locale }) => {
  const query = (typeof q === 'string' ? q : '').slice(0, longestQuery)
  return { props: { query, hits: searchArticles(articles, query, asLocale(locale)) } }
}) satisfies GetServerSideProps<Props>

export default function SearchPage({ query, hits }: Props) {
  const { search: text } = useText()
  const router = useRouter()

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const q = new FormData(event.currentTarget).get('q')
    void router.push({ pathname: '/search', query: { q: typeof q === 'string' ? q : '' } })
  }

  return (
    <div className={`wrap ${styles.page}`}>
      <PageTitle title={text.title} />
      <h1>{text.title}</h1>
      <form role="search" className={styles.form} onSubmit={submit}>
        <label htmlFor="q">{text.label}</label>
        <div>
          <input
            key={query}
            id="q"
            name="q"
            type="search"
            defaultValue={query}
            maxLength={longestQuery}
            autoComplete="off"
          />
          <button>{text.button}</button>
        </div>
      </form>
      <p className={styles.result} role="status">
        {query === ''
          ? text.ask
          : hits.length === 0
            ? `${text.none} ${query}`
            : text.found(hits.length)}
      </p>
      <ul className={styles.hits}>
        {hits.map((hit) => (
          <li key={hit.slug}>
            <ArticlePicture article={hit} sizes="14rem" />
            <div>
              <h2>
                <Link href={`/articles/${hit.slug}`}>{hit.title}</Link>
              </h2>
              <p>
                <Marked text={hit.excerpt} words={query} />
              </p>
              <Byline article={hit} />
            </div>
          </li>
        ))}
      </ul>
    </div>
  )
}
