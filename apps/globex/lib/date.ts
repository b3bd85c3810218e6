import type { Locale } from './locale'

const regions: Readonly<Record<Locale, string>> = { en: 'en-GB', de: 'de-DE' }

export function longDate(iso: string, locale: Locale): string {
  return new Intl.DateTimeFormat(regions[locale], { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(iso),
  )
}

export function clockTime(iso: string, locale: Locale, timeStyle: 'short' | 'medium'): string {
  return new Intl.DateTimeFormat(regions[locale], { timeStyle, timeZone: 'UTC' }).format(
    new Date(iso),
  )
}
