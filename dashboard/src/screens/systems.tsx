import { Link } from 'wouter'
import { call } from '../api/call.ts'
import { useGet } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { Badge } from '../ui/badge.tsx'
import { Figures } from '../ui/figures.tsx'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { When } from '../ui/time.tsx'
import { t } from '../words/words.ts'

/** Is each system reachable, and how much goes into it. */
export function SystemsScreen() {
  const query = useGet(call('GET /systems'))
  return (
    <Page title={t.systems} lead={t.systemsLead}>
      <Loaded query={query}>
        {({ items }) => (
          <div className="grid">
            {items.map((one) => (
              <section className="card" key={one.system} aria-label={one.system}>
                <div className="row between">
                  <h2>
                    <Link href={paths.system(one.system)}>{one.system}</Link>
                  </h2>
                  <Badge word={one.status} />
                </div>
                <p className="soft small">
                  {one.connector} · {t.lookedAt} <When at={one.last_look} />
                </p>
                {one.trouble && <Note tone="bad">{one.trouble.message ?? one.trouble.code}</Note>}
                <Figures
                  items={[
                    {
                      label: t.in,
                      value: one.last_day.written,
                      href: paths.log({ system: one.system, kind: 'operation' }),
                    },
                    {
                      label: t.refused,
                      value: one.last_day.refused,
                      href: paths.log({ system: one.system, outcome: 'refused' }),
                    },
                    { label: t.backlog, value: one.flows.reduce((sum, flow) => sum + flow.backlog, 0) },
                  ]}
                />
              </section>
            ))}
          </div>
        )}
      </Loaded>
    </Page>
  )
}
