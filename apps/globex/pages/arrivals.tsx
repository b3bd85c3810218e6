import type { GetStaticProps } from 'next'
import { PageTitle } from '@/components/page-title'
import { arrivalsAt, type Arrival } from '@/lib/arrivals'
import { clockTime } from '@/lib/date'
import { useText } from '@/lib/text'
import styles from '@/styles/arrivals.module.css'

interface Props {
  readonly renderedAt: string
  readonly arrivals: readonly Arrival[]
}

export const getStaticProps = (() => {
  const now = new Date()
  return { props: { renderedAt: now.toISOString(), arrivals: arrivalsAt(now) }, revalidate: 10 }
}) satisfies GetStaticProps<Props>

export default function ArrivalsPage({ renderedAt, arrivals }: Props) {
  const { arrivals: text, locale } = useText()
  return (
    <div className={styles.board}>
      <PageTitle title={text.title} />
      <div className="wrap">
        <h1>{text.title}</h1>
        <p className={styles.lede}>
          {text.lede}{' '}
          <time dateTime={renderedAt} data-testid="rendered-at">
            {clockTime(renderedAt, locale, 'medium')}
          </time>
          .
        </p>
        <div className={styles.scroll} tabIndex={0} role="region" aria-label={text.title}>
          <table>
            <thead>
              <tr>
                <th scope="col">{text.due}</th>
                <th scope="col">{text.ship}</th>
                <th scope="col">{text.from}</th>
                <th scope="col">{text.berth}</th>
                <th scope="col">{text.state}</th>
              </tr>
            </thead>
            <tbody>
              {arrivals.map((arrival) => (
                <tr key={arrival.due} data-state={arrival.state}>
                  <td>{clockTime(arrival.due, locale, 'short')}</td>
                  <th scope="row">{arrival.ship}</th>
                  <td>{arrival.from}</td>
                  <td>{arrival.berth}</td>
                  <td>{text.states[arrival.state]}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </div>
  )
}
