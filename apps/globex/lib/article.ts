import type { Locale } from './locale'

type Section = 'sea' | 'city' | 'work'

/** An article as it is written: once, in both languages. */
export interface Article {
  readonly slug: string
  readonly section: Section
  readonly author: string
  /** ISO date. */
  readonly date: string
  readonly minutes: number
  readonly text: Readonly<Record<Locale, ArticleText>>
}

interface ArticleText {
  readonly title: string
  readonly standfirst: string
  /** What the picture shows. */
  readonly picture: string
  readonly quote: string
  readonly paragraphs: readonly string[]
}

/** What a list shows of an article, in one language. */
export interface Summary {
  readonly slug: string
  readonly section: Section
  readonly author: string
  readonly date: string
  readonly minutes: number
  readonly title: string
  readonly standfirst: string
  readonly picture: string
}

export interface Story extends Summary {
  readonly quote: string
  readonly paragraphs: readonly string[]
}

export function storyOf({ text, ...facts }: Article, locale: Locale): Story {
  return { ...facts, ...text[locale] }
}

export function summaryOf(article: Article, locale: Locale): Summary {
  const { quote: _quote, paragraphs: _paragraphs, ...summary } = storyOf(article, locale)
  return summary
}
