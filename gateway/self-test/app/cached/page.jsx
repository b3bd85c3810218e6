export const dynamic = 'force-dynamic'

export default async function Page() {
  const answer = await fetch('http://app.internal/api/mark', {
    next: { revalidate: 3600, tags: ['mark'] },
  })
  return <p>{`cached of ${await answer.text()}`}</p>
}
