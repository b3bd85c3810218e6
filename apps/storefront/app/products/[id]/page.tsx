import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { toggleSaved } from '@/app/actions'
import { ItemArt } from '@/components/item-art'
import { ItemTile } from '@/components/item-tile'
import { parseSaved, savedCookie } from '@/lib/cookies'
import { houseOf } from '@/lib/house'
import { getShop } from '@/lib/shop'
import styles from './product.module.css'

type Props = PageProps<'/products/[id]'>

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const item = await findItem((await params).id)
  return item ? { title: item.name, description: item.blurb } : {}
}

export default async function ProductPage({ params }: Props) {
  const [shop, jar, item] = await Promise.all([getShop(), cookies(), findItem((await params).id)])
  if (!item) notFound()
  const saved = parseSaved(jar.get(savedCookie)?.value).includes(item.id)
  const { street, hours } = houseOf(shop.host)
  return (
    <div className="wrap page">
      <article className={styles.product}>
        <div className={styles.stage}>
          <ItemArt kind={item.id} />
        </div>
        <div>
          <p className={styles.back}>
            <Link href="/#shop">All eight things</Link>
          </p>
          <h1>{item.name}</h1>
          <p className={styles.price}>{shop.price(item.price)}</p>
          <p className={styles.blurb}>{item.blurb}</p>
          <form action={toggleSaved}>
            <input type="hidden" name="id" value={item.id} />
            <button className="button" aria-pressed={saved} data-testid="save">
              {saved ? 'Saved, take it off' : 'Save it for me'}
            </button>
          </form>
          <dl className={styles.facts}>
            <dt>Maker</dt>
            <dd>{item.made}</dd>
            <dt>To see it</dt>
            <dd>
              {street}. {hours}.
            </dd>
            <dt>To have it sent</dt>
            <dd>{shop.price(5)}, in paper, within two days</dd>
          </dl>
        </div>
      </article>
      <h2 className={styles.more}>Beside it on the shelf</h2>
      <ul className={styles.others}>
        {shop.items
          .filter((other) => other.id !== item.id)
          .slice(0, 4)
          .map((other) => (
            <ItemTile key={other.id} item={other} price={shop.price(other.price)} />
          ))}
      </ul>
    </div>
  )
}

async function findItem(id: string) {
  return (await getShop()).items.find((item) => item.id === id)
}
