import { z } from 'zod'
import { parseHostHeader } from '../http/host.ts'

const ORIGIN = /^https?:\/\/([^/?#]+)$/

/** An origin as browsers write it (RFC 6454 §6.2), or `*` for every one. */
export const originSchema = z
  .string()
  .refine(
    (text) => text === '*' || (parseHostHeader(ORIGIN.exec(text)?.[1] ?? '')?.host ?? '') !== '',
    'write it as https://app.example.com, with its port where it has one, and without a path; or "*"',
  )
