import type { Metadata } from 'next'
import Image from 'next/image'
import styles from './about.module.css'

export const metadata: Metadata = {
  title: 'Who we are',
  description: 'A sailmaker’s loft that became an outfitter. Twenty-three people, one building.',
}

export default function AboutPage() {
  return (
    <article>
      <div className={`wrap page ${styles.intro}`}>
        <h1 className="page-title">A loft above a harbour</h1>
        <p className="lede">
          Acme began in 1951 with Ida Marlow, who made sails, and a hard winter, in which nobody
          bought any. She cut the spare canvas into rucksacks. They sold by February.
        </p>
      </div>
      <div className={styles.scene}>
        <Image src="/images/night.webp" alt="" fill sizes="100vw" />
      </div>
      <div className={`wrap ${styles.columns}`}>
        <section>
          <h2>One building</h2>
          <p>
            Cutting is on the ground floor, sewing is under the skylights, and the shop is where the
            boats used to be hauled in. Twenty-three of us work here. If you come to the counter
            with a torn strap, you can watch it being mended.
          </p>
        </section>
        <section>
          <h2>Few things</h2>
          <p>
            A new pattern has to replace an old one, so there are never more than a dozen. We test
            each for a year on people who did not ask to be careful: hut wardens, ferry crews and a
            school in the next valley.
          </p>
        </section>
        <section>
          <h2>Parts on the wall</h2>
          <p>
            Every buckle, pole and sole we have used since 1974 hangs on the east wall with a price
            on it. Post us the thing and we fit the part, or buy the part and fit it on your own
            kitchen table. The instructions are one page.
          </p>
        </section>
      </div>
    </article>
  )
}
