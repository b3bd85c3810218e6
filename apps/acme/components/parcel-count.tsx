'use client'

import { useEffect, useState } from 'react'
import styles from './parcel-count.module.css'

interface Tick {
  readonly packed: number
  readonly at: string
}

export function ParcelCount() {
  const [tick, setTick] = useState<Tick>()

  useEffect(() => {
    const source = new EventSource('/api/events')
    source.addEventListener('tick', (event) => setTick(JSON.parse(event.data) as Tick))
    source.addEventListener('end', () => source.close())
    return () => source.close()
  }, [])

  return (
    <div className={styles.board}>
      <p className={styles.number} data-testid="parcels">
        {tick ? tick.packed.toLocaleString('en-GB') : '–'}
      </p>
      <p>parcels since midnight</p>
      <p className="code">{tick ? `${tick.at.slice(11, 19)} UTC` : 'Connecting'}</p>
    </div>
  )
}
