'use client'

import { Notice } from '@/components/notice'

export default function ErrorPage({ retry }: { retry: () => void }) {
  const again = (
    <button type="button" className="button" onClick={() => retry()}>
      Try again
    </button>
  )
  return (
    <Notice title="Something fell over" art="vase" action={again}>
      Nothing is broken that we cannot mend. Please try once more.
    </Notice>
  )
}
