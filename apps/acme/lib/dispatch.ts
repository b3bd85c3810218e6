const secondsForParcel = 7

/** Parcels that left the packing bench since midnight. */
export function parcelsPacked(at: Date): number {
  const seconds = (at.getUTCHours() * 60 + at.getUTCMinutes()) * 60 + at.getUTCSeconds()
  return Math.floor(seconds / secondsForParcel)
}
