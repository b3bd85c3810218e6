import { now } from '../../renders.js'
import { Text } from '../../text.jsx'

/** Some regenerations fall into each measurement. */
export const revalidate = 2

export default function Page() {
  return (
    <main>
      <h1>Revalidated</h1>
      <p>{now()}</p>
      <Text paragraphs={25} />
    </main>
  )
}
