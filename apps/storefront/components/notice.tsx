import type { ReactNode } from 'react'
import type { Kind } from '@/lib/catalogue'
import { ItemArt } from './item-art'
import styles from './notice.module.css'

interface Props {
  readonly title: string
  readonly art: Kind
  readonly action: ReactNode
  readonly children: ReactNode
}

/** A page that says one thing. */
export function Notice({ title, art, action, children }: Props) {
  return (
    <div className={`wrap page ${styles.notice}`}>
      <div>
        <h1 className="title">{title}</h1>
        <p className="lede">{children}</p>
        <p className={styles.action}>{action}</p>
      </div>
      <div className={styles.stage}>
        <ItemArt kind={art} />
      </div>
    </div>
  )
}
