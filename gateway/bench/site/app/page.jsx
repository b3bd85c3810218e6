import { Text } from '../text.jsx'

/** Prerendered, about 16 KB. */
export default function Page() {
  return (
    <main>
      <h1>Prerendered</h1>
      <Text paragraphs={25} />
    </main>
  )
}
