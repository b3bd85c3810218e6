import { setTimeout as delay } from 'node:timers/promises'
import { countRender } from '../../../renders.js'
import { Text } from '../../../text.jsx'

export const revalidate = 3600

/** None at build: each is rendered at its first request and kept. */
export function generateStaticParams() {
  return []
}

export default async function Page({ params }) {
  const { id } = await params
  countRender(id)
  await delay(200)
  return (
    <main>
      <h1>{id}</h1>
      <Text paragraphs={25} />
    </main>
  )
}
