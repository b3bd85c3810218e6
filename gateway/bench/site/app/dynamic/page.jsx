import { headers } from 'next/headers'
import { Text } from '../../text.jsx'

export default async function Page() {
  const { length } = (await headers()).get('user-agent') ?? ''
  return (
    <main>
      <h1>Dynamic</h1>
      <p>The name of your browser has {length} letters.</p>
      <Text paragraphs={8} />
    </main>
  )
}
