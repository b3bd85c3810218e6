'use client'

import { useActionState } from 'react'
import { subscribe } from '@/app/actions'
import styles from './letter-form.module.css'

export function LetterForm() {
  const [problem, action, pending] = useActionState(subscribe, null)
  return (
    <form action={action} className={styles.form}>
      <label htmlFor="email">Your e-mail address</label>
      <div>
        <input id="email" name="email" type="email" autoComplete="email" required maxLength={254} />
        <button className="button" data-testid="subscribe" disabled={pending}>
          {pending ? 'Writing it down' : 'Put me on the list'}
        </button>
      </div>
      <p role="alert">{problem}</p>
    </form>
  )
}
