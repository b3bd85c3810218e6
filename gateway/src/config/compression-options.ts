import { z } from 'zod'

/** `compression` in gateway.yaml. */
export const gatewayCompressionSchema = z
  .union(
    [
      z.literal(false),
      z.strictObject({
        algorithms: z
          .array(z.enum(['br', 'gzip', 'zstd']))
          .min(1, 'name at least one, or write `compression: false`')
          .default(['br', 'zstd', 'gzip'])
          .describe(
            'Codings that are offered, the one that is preferred first; of answers that are compressed while they are sent zstd, gzip, br. zstd needs Node.js 22.15.',
          ),
        minBytes: z
          .int()
          .min(0)
          .max(1_048_576)
          .default(1024)
          .describe('Bytes of the smallest answer that is compressed, where its length is known.'),
      }),
    ],
    'write false, or the keys of the compression',
  )
  .prefault({})
  .describe('Compression of answers, in production; Next.js does none itself. false: none.')

/** `files` in gateway.yaml. */
export const gatewayFilesSchema = z
  .strictObject({
    maxBytes: z
      .int()
      .min(0)
      .max(1_099_511_627_776)
      .default(67_108_864)
      .describe(
        'Bytes of static files of all apps that are kept in memory, compressed ones included; the app that has most makes room first.',
      ),
    maxFileBytes: z
      .int()
      .min(0)
      .max(1_073_741_824)
      .default(1_048_576)
      .describe('Bytes of the largest static file that is kept; larger ones are streamed.'),
  })
  .prefault({})
  .describe('Static files of apps: `public/` and `/_next/static`.')
