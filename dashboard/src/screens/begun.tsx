import { useState } from 'react'
import { Link } from 'wouter'
import type { Rules } from '../../../src/api/v1/schemas/rules.ts'
import { call } from '../api/call.ts'
import { useGet, usePages, useSend } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session/session.tsx'
import { DryRunButton } from '../ui/dry-run.tsx'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { Signing } from '../ui/signing.tsx'
import { Loaded } from '../ui/states.tsx'
import { absolute } from '../ui/time.tsx'
import { tellDone, tellError } from '../ui/toasts.tsx'
import { b } from '../words/begin-words.ts'
import { t } from '../words/words.ts'

/** The other owner signs in another browser. */
const LOOK_MS = 5_000

/** What follows on a contract that was just written: its owners are invited, try it and sign it. */
export function BegunScreen() {
  const query = useGet(call('GET /rules'))
  return (
    <Page
      title={b.nextHead}
      lead={b.nextLead}
      actions={
        <Link className="button" href={paths.home()}>
          {b.toHome}
        </Link>
      }
    >
      <Loaded query={query}>{(rules) => <Next rules={rules} />}</Loaded>
    </Page>
  )
}

function Next({ rules }: { rules: Rules }) {
  const { administers, may } = useSession()
  const signings = useGet(call('GET /rules/signatures'), { everyMs: LOOK_MS }).data?.items ?? []
  return (
    <>
      {administers && <Owners people={rules.people} />}
      <h2>{b.tryHead}</h2>
      {rules.flows
        .filter(({ decided }) => decided)
        .map(({ flow }) => (
          <section key={flow} className="stack" aria-label={`${b.tryHead}: ${flow}`}>
            <h3>{flow}</h3>
            <DryRunButton flow={flow} />
          </section>
        ))}
      <h2>{b.sign}</h2>
      {signings.map((signing) => (
        <div key={signing.fingerprint} className="stack">
          <Signing signing={signing} title={signing.flow} />
          {signing.signed && may('operate', signing.flow) && <RunNow flow={signing.flow} />}
        </div>
      ))}
    </>
  )
}

/** By its schedule the first run may be a while away. */
function RunNow({ flow }: { flow: string }) {
  const run = useSend(call('POST /flows/{flow}/run', { path: { flow } }))
  return (
    <div className="actions">
      <button
        type="button"
        className="button main-act"
        disabled={run.isPending}
        onClick={() => run.mutate({}, { onSuccess: () => tellDone(t.asked), onError: tellError })}
      >
        {t.runNow}
      </button>
      <Link className="button" href={paths.flow(flow)}>
        {flow}
      </Link>
    </div>
  )
}

/** Who owns flows and has no account yet gets a link to make one. */
function Owners({ people }: { people: Rules['people'] }) {
  const known = usePages(call('GET /people')).data?.pages.flatMap(({ items }) => items)
  const [links, setLinks] = useState<Readonly<Record<string, { link: string; expires: string }>>>({})
  const invite = useSend(call('POST /people'))
  if (known === undefined) return null
  const has = (email: string): boolean => known.some((one) => one.email.toLowerCase() === email.toLowerCase())
  return (
    <section className="card" aria-label={b.invite}>
      <h2>{b.invite}</h2>
      {people.every(({ email }) => has(email)) && Object.keys(links).length === 0 && <p>{b.allInvited}</p>}
      {people.map(({ key, name, email }) => {
        const link = links[email]
        if (link !== undefined)
          return (
            <Note key={key} tone="good">
              {name} ({absolute(link.expires)})
              <p>
                <code>{new URL(link.link, window.location.origin).href}</code>
              </p>
            </Note>
          )
        if (has(email)) return null
        return (
          <div className="actions" key={key}>
            <button
              type="button"
              className="button main-act"
              disabled={invite.isPending}
              onClick={() =>
                invite.mutate(
                  { email, name, roles: [] },
                  {
                    onSuccess: (made) => setLinks({ ...links, [email]: { link: made.link, expires: made.expires } }),
                    onError: tellError,
                  },
                )
              }
            >
              {b.inviteOwner(name)}
            </button>
          </div>
        )
      })}
    </section>
  )
}
