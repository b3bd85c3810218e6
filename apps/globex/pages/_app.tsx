import type { AppProps } from 'next/app'
import Head from 'next/head'
import { SiteFooter } from '@/components/site-footer'
import { SiteHeader } from '@/components/site-header'
import { useText } from '@/lib/text'
import '@/styles/globals.css'

export default function App({ Component, pageProps }: AppProps) {
  const text = useText()
  return (
    <>
      <Head>
        <title key="title">{text.title}</title>
        <meta key="description" name="description" content={text.tagline} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
      </Head>
      <a className="skip" href="#content">
        {text.skip}
      </a>
      <SiteHeader />
      <main id="content">
        <Component {...pageProps} />
      </main>
      <SiteFooter />
    </>
  )
}
