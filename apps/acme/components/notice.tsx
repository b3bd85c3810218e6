import Image from 'next/image'
import type { ReactNode } from 'react'
import styles from './notice.module.css'

interface Props {
  readonly title: string
  readonly image: string
  readonly action: ReactNode
  readonly children: ReactNode
}

/** A page that says one thing. */
export function Notice({ title, image, action, children }: Props) {
  return (
    <div className={`wrap page ${styles.notice}`}>
      <div>
        <h1 className="page-title">{title}</h1>
        <p className="lede">{children}</p>
        <p className={styles.action}>{action}</p>
      </div>
      <Image
        src={image}
        alt=""
        width={800}
        height={1000}
        loading="eager"
        sizes="(max-width: 50rem) 70vw, 32rem"
      />
    </div>
  )
}
