import type { ReactNode } from 'react'
import type { Look } from '@/lib/look'

const tiles: Readonly<Record<Look['motif'], { readonly size: number; readonly tile: ReactNode }>> =
  {
    waves: {
      size: 60,
      tile: (
        <path
          d="M-30 15q15-18 30 0t30 0 30 0 30 0M-30 45q15-18 30 0t30 0 30 0 30 0"
          fill="none"
          strokeWidth="5"
        />
      ),
    },
    dots: {
      size: 44,
      tile: <path d="M11 11h.01M33 33h.01" strokeWidth="13" strokeLinecap="round" />,
    },
    arches: {
      size: 72,
      tile: (
        <path
          d="M4 72V40a32 32 0 0 1 64 0v32M20 72V42a16 16 0 0 1 32 0v30"
          fill="none"
          strokeWidth="6"
        />
      ),
    },
    rays: {
      size: 80,
      tile: (
        <path
          d="M40 14v20M40 46v20M14 40h20M46 40h20M22 22l13 13M45 45l13 13M58 22L45 35M35 45L22 58"
          strokeWidth="5"
          strokeLinecap="round"
        />
      ),
    },
  }

export function Motif({
  name,
  className,
}: {
  name: Look['motif']
  className?: string | undefined
}) {
  const { size, tile } = tiles[name]
  return (
    <svg className={className} aria-hidden="true">
      <defs>
        <pattern id="motif" width={size} height={size} patternUnits="userSpaceOnUse">
          <g stroke="currentColor">{tile}</g>
        </pattern>
      </defs>
      <rect width="100%" height="100%" fill="url(#motif)" />
    </svg>
  )
}
