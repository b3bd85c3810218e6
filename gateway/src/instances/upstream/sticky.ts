import { createHmac, timingSafeEqual } from 'node:crypto'
import { InstanceError } from '../../errors.ts'
import type { UpstreamAppConfig } from '../../config/config.ts'

/** Characters of a secret. */
const MIN_SECRET = 32

/**
 * The cookie that names the target a visitor was sent to: a MAC of the app's and the target's name, so that it says nothing of the
 * inside, and nobody without the secret can make one.
 */
export class Sticky {
  readonly #cookie: string
  /** In the order of the targets. */
  readonly #values: readonly Buffer[]

  constructor(app: UpstreamAppConfig, secret: string) {
    this.#cookie = app.sticky.cookie
    this.#values = app.targets.map(({ name }) =>
      Buffer.from(createHmac('sha256', secret).update(`${app.id}\0${name}`).digest('base64url')),
    )
  }

  /** @returns the index of the target that the visitor's cookie names; whatever else it holds is ignored */
  read(header: string | undefined): number | undefined {
    if (header === undefined || !header.includes(this.#cookie)) return undefined
    for (const pair of header.split(';')) {
      const [name, value] = pair.split('=')
      if (name?.trim() !== this.#cookie || value === undefined) continue
      const given = Buffer.from(value.trim())
      const index = this.#values.findIndex(
        (own) => own.length === given.length && timingSafeEqual(own, given),
      )
      if (index !== -1) return index
    }
    return undefined
  }

  /** The header `Set-Cookie` for a target. */
  write(index: number, isSecure: boolean): string {
    const value = String(this.#values[index])
    return `${this.#cookie}=${value}; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
  }
}

/**
 * @param env environment of the gateway
 * @throws {InstanceError} where the variable that config names holds no secret
 */
export function secretOf(
  { secret, secretEnv = '' }: UpstreamAppConfig['sticky'],
  env: Readonly<Record<string, string | undefined>>,
): string {
  const found = secret ?? env[secretEnv] ?? ''
  if (found.length >= MIN_SECRET) return found
  throw new InstanceError(
    `sticky.secretEnv names ${secretEnv}: set it in the gateway's environment, to ${MIN_SECRET} characters or more`,
  )
}
