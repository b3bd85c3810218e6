import '../../generated/large.css'

/** Its style sheet is the large asset. */
export default function Page() {
  return <h1>Large</h1>
}
