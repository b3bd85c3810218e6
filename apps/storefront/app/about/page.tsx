import type { Metadata } from 'next'
import Image from 'next/image'
import { houseOf } from '@/lib/house'
import { getShop } from '@/lib/shop'
import styles from './about.module.css'

export const metadata: Metadata = { title: 'About' }

export default async function AboutPage() {
  const { host, name, tagline } = await getShop()
  const { street, hours, since, before } = houseOf(host)
  return (
    <div className="wrap page">
      <div className={styles.front}>
        <Image
          src="/images/shopfront.jpg"
          alt={`The front of ${name}, with a striped awning`}
          width={1400}
          height={900}
          preload
          sizes="(max-width: 80rem) 100vw, 74rem"
        />
        <span aria-hidden="true">{name}</span>
      </div>
      <div className={styles.columns}>
        <h1 className="title">{tagline}</h1>
        <div>
          <p>
            We moved to {street} in {since}, into what used to be {before}. The counter is still the
            old one. There was room for eight things on it, so there are eight things.
          </p>
          <p>
            We know everybody whose work we sell, and most of them by their first name. When
            something sells out, its maker decides what comes next. Sometimes that is the same
            again; sometimes it is a stool.
          </p>
          <address>
            {street}
            <br />
            {hours}
          </address>
        </div>
      </div>
    </div>
  )
}
