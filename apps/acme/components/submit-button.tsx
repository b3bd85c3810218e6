'use client'

import type { ReactNode } from 'react'
import { useFormStatus } from 'react-dom'

interface Props {
  readonly className: string
  readonly testId: string
  readonly busy: string
  readonly children: ReactNode
}

export function SubmitButton({ className, testId, busy, children }: Props) {
  const { pending } = useFormStatus()
  return (
    <button className={className} data-testid={testId} disabled={pending}>
      {pending ? busy : children}
    </button>
  )
}
