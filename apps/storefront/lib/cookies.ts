export const subscriberCookie = 'subscriber'
export const savedCookie = 'saved'

/** Without a domain: a cookie belongs to the host of one shop. */
export const cookieOptions = {
  httpOnly: true,
  sameSite: 'lax',
  path: '/',
  maxAge: 60 * 60 * 24 * 90,
} as const

export function parseSaved(value: string | undefined): readonly string[] {
  return (value ?? '').split('.').filter(Boolean)
}

export function formatSaved(ids: readonly string[]): string {
  return ids.join('.')
}
