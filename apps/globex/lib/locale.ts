export type Locale = 'en' | 'de'

export const locales: readonly Locale[] = ['en', 'de']

export function asLocale(value: unknown): Locale {
  return value === 'de' ? 'de' : 'en'
}
