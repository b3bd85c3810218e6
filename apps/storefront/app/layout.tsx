import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { SiteFooter } from '@/components/site-footer'
import { SiteHeader } from '@/components/site-header'
import { paletteOf } from '@/lib/look'
import { getShop } from '@/lib/shop'
import './globals.css'

export async function generateMetadata(): Promise<Metadata> {
  const { name, tagline } = await getShop()
  return {
    title: { default: `${name}: ${tagline}`, template: `%s | ${name}` },
    description: tagline,
    icons: { icon: { url: '/mark.svg', type: 'image/svg+xml' } },
  }
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const shop = await getShop()
  const { face, corners, ground } = shop.look
  return (
    <html
      lang="en"
      data-face={face}
      data-corners={corners}
      data-ground={ground}
      style={paletteOf(shop.host, shop.accent, ground)}
    >
      <body>
        <a className="skip" href="#content">
          Skip to content
        </a>
        <SiteHeader name={shop.name} />
        <main id="content">{children}</main>
        <SiteFooter shop={shop} />
      </body>
    </html>
  )
}
