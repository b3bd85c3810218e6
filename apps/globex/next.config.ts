import type { NextConfig } from 'next'

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  i18n: { locales: ['en', 'de'], defaultLocale: 'en', localeDetection: false },
}

export default config
