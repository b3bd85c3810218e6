import Head from 'next/head'
import { useText } from '@/lib/text'

export function PageTitle({ title, description }: { title: string; description?: string }) {
  const text = useText()
  return (
    <Head>
      <title key="title">{`${title} | ${text.title}`}</title>
      {description && <meta key="description" name="description" content={description} />}
    </Head>
  )
}
