import { z } from 'zod'
import { durationSchema } from './duration.ts'

const MAX_BYTES = 1_099_511_627_776

/** `cache` in gateway.yaml. */
export const gatewayCacheSchema = z
  .union(
    [
      z.literal(false),
      z.strictObject({
        maxBytes: z
          .int()
          .min(1_048_576)
          .max(MAX_BYTES)
          .default(134_217_728)
          .describe(
            'Bytes that stored answers of all tenants take together, headers, keys and codings included. A tenant that has more than its share loses its own first. As many bytes again may be held of answers on their way. Not bounded by it: garbage that V8 has not collected yet, which is most where apps of the shared runtime run.',
          ),
        maxEntryBytes: z
          .int()
          .min(1024)
          .max(1_073_741_824)
          .default(4_194_304)
          .describe('Bytes of the largest body that is stored.'),
        maxVariants: z
          .int()
          .min(1)
          .max(1000)
          .default(32)
          .describe('Answers stored of one URL that depend on fields of the request (`Vary`).'),
        maxWaiting: z
          .int()
          .min(0)
          .default(1000)
          .describe(
            'Requests that may wait for one answer that is being rendered; more are asked on their own.',
          ),
        maxBackground: z
          .int()
          .min(0)
          .default(16)
          .describe(
            'Answers for one tenant that are fetched at the same time though no client waits for them: newer ones in the place of stale ones, and those whose clients have left.',
          ),
        waitTimeout: durationSchema
          .prefault('10s')
          .describe('Time that a request waits for such an answer before it is asked on its own.'),
      }),
    ],
    'write false, or the keys of the cache',
  )
  .prefault({})
  .describe('The shared cache of responses, in memory. false: none.')

/** `cache` of an app. */
export const appCacheSchema = z
  .union(
    [
      z.literal(false),
      z.strictObject({
        maxAge: durationSchema
          .optional()
          .describe(
            'Longest time that an answer is used before the app is asked again, whatever it says. Default: what the app says.',
          ),
      }),
    ],
    'write false, or the keys of the cache',
  )
  .default({})
  .describe('How answers of this app are cached. false: not at all.')

/** `cache` of a tenant. */
export const tenantCacheSchema = z
  .union(
    [
      z.literal(false),
      z.strictObject({
        maxBytes: z
          .int()
          .min(1024)
          .max(MAX_BYTES)
          .optional()
          .describe('Most bytes that stored answers of this tenant take. Default: its share.'),
      }),
    ],
    'write false, or the keys of the cache',
  )
  .default({})
  .describe('How answers to requests of this tenant are cached. false: not at all.')

export type CacheOptions = Exclude<z.output<typeof gatewayCacheSchema>, false>
