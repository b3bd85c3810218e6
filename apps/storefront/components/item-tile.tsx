import Link from 'next/link'
import type { Item } from '@/lib/catalogue'
import { ItemArt } from './item-art'
import styles from './item-tile.module.css'

interface Props {
  readonly item: Item
  readonly price: string
  readonly saved?: boolean
}

export function ItemTile({ item, price, saved = false }: Props) {
  return (
    <li className={styles.tile}>
      <div className={styles.stage}>
        <ItemArt kind={item.id} />
        {saved && <span className={styles.saved}>Saved</span>}
      </div>
      <h3>
        <Link href={`/products/${item.id}`}>{item.name}</Link>
      </h3>
      <p>{price}</p>
    </li>
  )
}
