import { cache } from 'react'
import { getTenant, type Tenant } from 'tenantry/next'
import { catalogueOf, type Item } from './catalogue'
import { parseHex, type Hex } from './colour'
import { choose } from './hash'
import { accents, lookOf, type Look } from './look'

/** What a tenant's config says about its shop, or about a market whose shops share a wildcard. */
export interface ShopProps {
  readonly name?: string
  readonly tagline?: string
  readonly accent?: string
  readonly currency?: string
}

export interface Shop {
  readonly host: string
  readonly name: string
  /** The market that the shop stands in. */
  readonly market: string | undefined
  readonly tagline: string
  readonly accent: Hex
  readonly look: Look
  readonly items: readonly Item[]
  readonly price: (amount: number) => string
}

export const getShop = cache(async (): Promise<Shop> => shopOf(await getTenant<ShopProps>()))

function shopOf({ id, host, subdomain: [label], props }: Tenant<ShopProps>): Shop {
  return {
    host,
    name: label === undefined ? (props.name ?? titleCase(id)) : titleCase(label),
    market: label === undefined ? undefined : props.name,
    tagline: props.tagline ?? choose(`${host} tagline`, taglines),
    accent: parseHex(props.accent) ?? choose(`${host} accent`, accents),
    look: lookOf(host),
    items: catalogueOf(host),
    price: priceIn(props.currency ?? 'EUR'),
  }
}

const taglines = [
  'Good things for ordinary rooms',
  'A small shop with a long table',
  'Made slowly, sold gladly',
  'Everything here has a maker',
] as const

function titleCase(label: string): string {
  return label
    .split('-')
    .filter(Boolean)
    .map((word) => word[0]?.toUpperCase() + word.slice(1))
    .join(' ')
}

function priceIn(currency: string): Shop['price'] {
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    maximumFractionDigits: 0,
  })
  return (amount) => format.format(amount)
}
