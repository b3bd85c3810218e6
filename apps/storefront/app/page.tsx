import { cookies } from 'next/headers'
import { ItemTile } from '@/components/item-tile'
import { LetterForm } from '@/components/letter-form'
import { ShopHero } from '@/components/shop-hero'
import { parseSaved, savedCookie, subscriberCookie } from '@/lib/cookies'
import { getShop } from '@/lib/shop'
import styles from './home.module.css'

export default async function HomePage() {
  const [shop, jar] = await Promise.all([getShop(), cookies()])
  const saved = parseSaved(jar.get(savedCookie)?.value)
  return (
    <>
      <ShopHero shop={shop} />
      <section className={`wrap ${styles.shop}`} id="shop">
        <h2>In the shop this week</h2>
        <ul>
          {shop.items.map((item) => (
            <ItemTile
              key={item.id}
              item={item}
              price={shop.price(item.price)}
              saved={saved.includes(item.id)}
            />
          ))}
        </ul>
      </section>
      <section className={styles.letter} id="letter">
        <div className={`wrap ${styles.letterText}`}>
          <div>
            <h2>A letter, once a month</h2>
            <p>
              What came in, who made it, and what we are out of. {shop.name} writes it on the last
              Friday.
            </p>
          </div>
          {jar.has(subscriberCookie) ? (
            <p role="status">You are on the list. The next one is on its way.</p>
          ) : (
            <LetterForm />
          )}
        </div>
      </section>
    </>
  )
}
