import type { NextApiRequest, NextApiResponse } from 'next'
import { articles } from '@/content/articles'
import { summaryOf, type Summary } from '@/lib/article'
import { asLocale, type Locale } from '@/lib/locale'

interface Answer {
  readonly locale: Locale
  readonly articles: readonly Summary[]
}

export default function handler(request: NextApiRequest, response: NextApiResponse<Answer>) {
  const locale = asLocale(request.query['locale'])
  response.json({ locale, articles: articles.map((article) => summaryOf(article, locale)) })
}
