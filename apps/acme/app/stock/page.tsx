import type { Metadata } from 'next'
import Link from 'next/link'
import { countStock } from '@/lib/stock'
import styles from './stock.module.css'

export const metadata: Metadata = {
  title: 'On the shelves',
  description: 'What is on the shelves in Port Arrow, counted every few seconds.',
}

export const revalidate = 10

const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'UTC' })

export default function StockPage() {
  const { at, levels } = countStock()

  return (
    <div className="wrap page">
      <h1 className="page-title">On the shelves</h1>
      <p className="lede">
        Counted at{' '}
        <time dateTime={at.toISOString()} data-testid="rendered-at" className={styles.time}>
          {time.format(at)}
        </time>{' '}
        UTC. We count again every ten seconds, as long as somebody is looking.
      </p>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Shelf</th>
            <th scope="col">What</th>
            <th scope="col" className={styles.wide}>
              How full
            </th>
            <th scope="col" className={styles.number}>
              On hand
            </th>
          </tr>
        </thead>
        <tbody>
          {levels.map(({ product, shelf, onHand, capacity }) => (
            <tr key={product.slug}>
              <td className="code">{shelf}</td>
              <th scope="row">
                <Link href={`/products/${product.slug}`}>{product.name}</Link>
              </th>
              <td className={styles.wide}>
                <meter min={0} max={capacity} low={capacity * 0.4} value={onHand}>
                  {onHand} of {capacity}
                </meter>
              </td>
              <td className={styles.number}>{onHand}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
