import '../../generated/small.css'

/** Its style sheet is the small asset. */
export default function Page() {
  return <h1>Small</h1>
}
