import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { CartCountProvider } from '@/components/cart-count'
import { SiteFooter } from '@/components/site-footer'
import { SiteHeader } from '@/components/site-header'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Acme Outfitters: made for weather', template: '%s | Acme Outfitters' },
  description:
    'Jackets, packs, tents and camp things, made in Port Arrow since 1951 and repaired for as long as you own them.',
}

export const viewport: Viewport = { themeColor: '#17372f' }

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <a className="skip" href="#content">
          Skip to content
        </a>
        <CartCountProvider>
          <SiteHeader />
          <main id="content">{children}</main>
          <SiteFooter />
        </CartCountProvider>
      </body>
    </html>
  )
}
