import type { GetServerSideProps } from 'next'
import { PageTitle } from '@/components/page-title'
import { useText } from '@/lib/text'
import { visitOf, type Visit } from '@/lib/visit'
import styles from '@/styles/visitor.module.css'

export const getServerSideProps = (async ({ req }) => ({
  props: visitOf(req.headers),
})) satisfies GetServerSideProps<Visit>

export default function VisitorPage(visit: Visit) {
  const { visitor: text, locale } = useText()
  const facts = [
    ['tenant', text.tenant, visit.tenant],
    ['host', text.host, visit.host],
    ['locale', text.locale, locale],
    ['accepted', text.accepted, visit.acceptedLanguages],
    ['browser', text.browser, visit.browser],
  ] as const
  return (
    <div className={`wrap ${styles.page}`}>
      <PageTitle title={text.title} />
      <h1>{text.title}</h1>
      <p className={styles.lede}>{text.lede}</p>
      <dl>
        {facts.map(([name, label, value]) => (
          <div key={name}>
            <dt>{label}</dt>
            <dd data-testid={name}>{value ?? text.unknown}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
