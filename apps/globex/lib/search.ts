import type { Article, Summary } from './article'
import { storyOf, summaryOf } from './article'
import type { Locale } from './locale'

export interface Hit extends Summary {
  /** The words around the first match. */
  readonly excerpt: string
}

const reach = 90

export function searchArticles(articles: readonly Article[], query: string, locale: Locale): Hit[] {
  const wanted = query.trim().toLocaleLowerCase(locale)
  if (wanted === '') return []
  return articles.flatMap((article) => {
    const { title, standfirst, author, paragraphs } = storyOf(article, locale)
    const texts = [title, standfirst, author, ...paragraphs]
    const match = texts.find((text) => text.toLocaleLowerCase(locale).includes(wanted))
    if (match === undefined) return []
    const from = match === title || match === author ? standfirst : match
    return [{ ...summaryOf(article, locale), excerpt: excerptOf(from, wanted, locale) }]
  })
}

function excerptOf(text: string, wanted: string, locale: Locale): string {
  const at = Math.max(text.toLocaleLowerCase(locale).indexOf(wanted), 0)
  const start = at > reach ? text.indexOf(' ', at - reach) + 1 : 0
  const end = at + wanted.length + reach
  const stop = end < text.length ? text.lastIndexOf(' ', end) : text.length
  return `${start > 0 ? '… ' : ''}${text.slice(start, stop)}${stop < text.length ? ' …' : ''}`
}
