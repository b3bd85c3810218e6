import { z } from 'zod'

/**
 * The keys of next.config that a running server reads (Next.js 16.4: `server/lib/router-server.js`,
 * `server/base-server.js`, `server/image-optimizer.js`, `server/config.js` for development).
 */
const runtimeKeys = {
  compress: z
    .boolean()
    .optional()
    .describe(
      'false: answers of the app are not compressed. In development, whether Next compresses them.',
    ),
  generateEtags: z.boolean().optional().describe('Whether pages carry an `ETag`.'),
  poweredByHeader: z.boolean().optional().describe('Whether responses carry `x-powered-by`.'),
  httpAgentOptions: z
    .strictObject({
      keepAlive: z
        .boolean()
        .optional()
        .describe('Whether connections of `fetch` on the server are kept open.'),
    })
    .optional()
    .describe('Options of outgoing connections.'),
  images: z
    .record(z.string(), z.json())
    .optional()
    .describe('Image optimizer: formats, sizes, `remotePatterns`, `minimumCacheTTL` and so on.'),
  allowedDevOrigins: z
    .array(z.string())
    .optional()
    .describe('Further origins that may use the development server.'),
  devIndicators: z
    .union([z.literal(false), z.record(z.string(), z.json())])
    .optional()
    .describe('false: no indicator in the page in development. Or its options.'),
  logging: z
    .union([z.literal(false), z.record(z.string(), z.json())])
    .optional()
    .describe('false: no request lines in development. Or its options.'),
  onDemandEntries: z
    .strictObject({
      maxInactiveAge: z
        .number()
        .optional()
        .describe('Milliseconds that an unused page is kept compiled.'),
      pagesBufferLength: z.number().optional().describe('Pages kept compiled at the same time.'),
    })
    .optional()
    .describe('What the development server keeps compiled.'),
}

/**
 * Every other key of next.config (Next.js 16.4.6, `server/config-schema.js`): fixed in the build, so that an
 * override at run time would do nothing or half.
 */
export const BUILD_TIME_KEYS: readonly string[] = [
  'adapterPath',
  'agentRules',
  'assetPrefix',
  'basePath',
  'bundlePagesRouterDependencies',
  'cacheComponents',
  'cacheHandler',
  'cacheHandlers',
  'cacheLife',
  'cacheMaxMemorySize',
  'cleanDistDir',
  'compiler',
  'configOrigin',
  'crossOrigin',
  'deploymentId',
  'deprecated',
  'distDir',
  'enablePrerenderSourceMaps',
  'env',
  'excludeDefaultMomentLocales',
  'experimental',
  'expireTime',
  'exportPathMap',
  'generateBuildId',
  'headers',
  'htmlLimitedBots',
  'i18n',
  'instrumentationClientInject',
  'modularizeImports',
  'output',
  'outputFileTracingExcludes',
  'outputFileTracingIncludes',
  'outputFileTracingRoot',
  'outputHashSalt',
  'pageExtensions',
  'partialPrefetching',
  'productionBrowserSourceMaps',
  'reactCompiler',
  'reactMaxHeadersLength',
  'reactProductionProfiling',
  'reactStrictMode',
  'redirects',
  'rewrites',
  'sassOptions',
  'serverExternalPackages',
  'skipMiddlewareUrlNormalize',
  'skipProxyUrlNormalize',
  'skipTrailingSlashRedirect',
  'staticPageGenerationTimeout',
  'supportsImmutableAssets',
  'target',
  'trailingSlash',
  'transpilePackages',
  'turbopack',
  'typedRoutes',
  'typescript',
  'useFileSystemPublicRoutes',
  'watchOptions',
  'webpack',
]

/** `next.conf`: what `next({ conf })` promises, for the keys that can be kept at run time. */
export const confSchema = z.strictObject(runtimeKeys)
