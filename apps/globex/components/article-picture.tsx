import Image from 'next/image'
import type { Summary } from '@/lib/article'

interface Props {
  readonly article: Summary
  readonly sizes: string
  readonly preload?: boolean
}

export function ArticlePicture({ article, sizes, preload = false }: Props) {
  return (
    <Image
      src={`/images/${article.slug}.png`}
      alt={article.picture}
      width={1200}
      height={900}
      sizes={sizes}
      preload={preload}
    />
  )
}
