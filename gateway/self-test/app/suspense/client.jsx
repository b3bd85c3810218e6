'use client'

export function Client() {
  return <b>{`client of ${process.env.BUILT_MARK}`}</b>
}
