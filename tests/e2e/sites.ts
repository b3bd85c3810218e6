/** A host of the repository's config, and how its content is told from that of every other. */
export interface Site {
  readonly host: string
  readonly tenant: string
  readonly app: 'acme' | 'globex' | 'storefront'
  /** In all that this site answers, and in nothing that another one does. */
  readonly mark: RegExp
  readonly title: string
  readonly pages: readonly string[]
  /** What its app answers with 404. */
  readonly missing: readonly string[]
}

const SHOP_PAGES = ['/', '/about', '/welcome', '/api/tenant']

function shop(label: string, tenant: string, title: string, mark: RegExp): Site {
  return {
    host: `${label}.localhost`,
    tenant,
    app: 'storefront',
    mark,
    title,
    pages: SHOP_PAGES,
    missing: ['/nowhere', '/products/nothing'],
  }
}

/** One host of every tenant, three of the wildcard. */
export const SITES: readonly Site[] = [
  {
    host: 'acme.localhost',
    tenant: 'acme',
    app: 'acme',
    mark: /\bacme\b|Ridgeline Shell/i,
    title: 'Acme Outfitters: made for weather',
    pages: ['/', '/about', '/products/camp-mug', '/stock', '/cart', '/api/products', '/api/hello'],
    missing: ['/nowhere', '/products/nothing', '/articles/bread-at-four', '/api/whoami'],
  },
  {
    host: 'globex.localhost',
    tenant: 'globex',
    app: 'globex',
    mark: /\bglobex\b|Marit Solheim/i,
    title: 'Globex Review',
    pages: [
      '/',
      '/de',
      '/about',
      '/arrivals',
      '/search?q=sea',
      '/visitor',
      '/api/articles',
      '/api/whoami',
    ],
    missing: ['/nowhere', '/de/nirgends', '/products/camp-mug', '/cart', '/api/tenant'],
  },
  shop(
    'initech',
    'initech',
    'Initech Supply: Good things for a desk you like to sit at.',
    /\binitech\b|#1d4ed8/i,
  ),
  shop(
    'umbrella',
    'umbrella',
    'Umbrella & Sons: Things for the house, from Hamburg since 1874.',
    /\bumbrella\b|#b91c1c/i,
  ),
  shop('quillwick.shops', 'shops', 'Quillwick: Small makers, one address.', /\bquillwick\b/i),
  shop('brambleford.shops', 'shops', 'Brambleford: Small makers, one address.', /\bbrambleford\b/i),
  shop('old-zephyr.shops', 'shops', 'Old Zephyr: Small makers, one address.', /\bold.zephyr\b/i),
]

/** Says what is wrong with a site's content: its own mark is missing, or another site's is there. */
export function misplaced(site: Site, content: string): string | undefined {
  if (!site.mark.test(content)) return 'nothing of its own'
  const other = SITES.find(({ host, mark }) => host !== site.host && mark.test(content))
  return other === undefined ? undefined : `content of ${other.host}`
}
