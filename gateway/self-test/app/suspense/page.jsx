import { Suspense } from 'react'
import { Client } from './client'

export const dynamic = 'force-dynamic'

async function Late() {
  await new Promise((resolve) => setTimeout(resolve, 5))
  return <Client />
}

export default function Page() {
  return (
    <Suspense fallback={<i>wait</i>}>
      <Late />
    </Suspense>
  )
}
