import type { Article } from '@/lib/article'
import { aCityCountsItsTrees } from './a-city-counts-its-trees'
import { breadAtFour } from './bread-at-four'
import { howToReadAContainer } from './how-to-read-a-container'
import { theLastNightFerry } from './the-last-night-ferry'
import { theQuietFloor } from './the-quiet-floor'
import { theStationClocks } from './the-station-clocks'

/** Newest first. */
export const articles: readonly Article[] = [
  theLastNightFerry,
  aCityCountsItsTrees,
  theStationClocks,
  breadAtFour,
  howToReadAContainer,
  theQuietFloor,
]

export function findArticle(slug: unknown): Article | undefined {
  return articles.find((article) => article.slug === slug)
}
