'use client'

import { Notice } from '@/components/notice'

export default function ErrorPage({ retry }: { retry: () => void }) {
  const again = (
    <button type="button" className="button" onClick={() => retry()}>
      Try again
    </button>
  )
  return (
    <Notice title="A seam came loose" image="/images/ridgeline-shell.webp" action={again}>
      This page did not load. Your cart is safe. Try it once more.
    </Notice>
  )
}
