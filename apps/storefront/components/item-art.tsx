import type { ReactNode } from 'react'
import type { Kind } from '@/lib/catalogue'
import { brush, clock, notebook, soap } from './art/desk'
import { basket, candle, lamp, plant, print, stool } from './art/rooms'
import { bowl, mug, oil, teapot, tin, vase } from './art/tableware'

const drawings: Readonly<Record<Kind, ReactNode>> = {
  vase,
  mug,
  teapot,
  bowl,
  oil,
  tin,
  candle,
  lamp,
  plant,
  stool,
  basket,
  print,
  notebook,
  clock,
  soap,
  brush,
}

export function ItemArt({ kind, className }: { kind: Kind; className?: string | undefined }) {
  return (
    <svg viewBox="0 0 200 200" className={className} aria-hidden="true">
      {drawings[kind]}
    </svg>
  )
}
