import type { Metadata } from 'next'
import { ParcelCount } from '@/components/parcel-count'

export const metadata: Metadata = {
  title: 'The packing bench',
  description: 'Parcels leaving Port Arrow today, as they leave.',
}

export default function DispatchPage() {
  return (
    <div className="wrap page">
      <h1 className="page-title">The packing bench</h1>
      <p className="lede">
        Everything goes out in one of three boxes, from one table by the door. This is the counter
        above it.
      </p>
      <ParcelCount />
    </div>
  )
}
