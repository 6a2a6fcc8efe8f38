import { useState } from 'react'
import { call } from '../api/call.ts'
import { useGet, useSend } from '../api/queries.ts'
import { useSession } from '../session/session.tsx'
import { Field, PasswordField } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { Empty, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { When } from '../ui/time.tsx'
import { tellDone, tellError } from '../ui/toasts.tsx'
import { t } from '../words/words.ts'
import { SecondFactor } from './second-factor.tsx'

const RIGHTS = ['view', 'decide', 'operate', 'administer'] as const

/** One's own account: roles, password, browsers, tokens. */
export function AccountScreen() {
  const { who } = useSession()
  return (
    <Page title={who.name} lead={who.email}>
      <section className="card">
        <h2>{t.roles}</h2>
        <ul className="sentences">
          {who.roles.map((role) => (
            <li key={`${role.flow} ${role.role}`}>
              {t.roleNames[role.role]} · {role.flow ?? t.allFlows}
              {role.by_contract && ` (${t.byContract})`}
            </li>
          ))}
        </ul>
      </section>
      {who.password && <Password />}
      {who.password && <SecondFactor />}
      <Sessions />
      <Tokens />
    </Page>
  )
}

function Password() {
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const change = useSend(call('POST /password'))
  return (
    <form
      className="card"
      onSubmit={(event) => {
        event.preventDefault()
        change.mutate({ current, password }, { onSuccess: () => tellDone(t.passwordChanged), onError: tellError })
      }}
    >
      <h2>{t.password}</h2>
      <p className="soft">{t.passwordEnds}</p>
      <div className="filters">
        <PasswordField label={t.currentPassword} wide kind="current" value={current} onChange={setCurrent} />
        <PasswordField label={t.newPassword} wide kind="new" value={password} onChange={setPassword} />
        <button type="submit" className="button">
          {t.save}
        </button>
      </div>
    </form>
  )
}

function Sessions() {
  const query = useGet(call('GET /sessions'))
  const end = useSend(({ id }: { id: string }) => call('DELETE /sessions/{id}', { path: { id } }))
  return (
    <section className="card flush">
      <h2>{t.browsers}</h2>
      <Loaded query={query}>
        {({ items }) => (
          <Table
            label={t.browsers}
            rows={items}
            keyOf={(one) => one.id}
            columns={[
              { head: t.browser, cell: (one) => <span className="small">{one.agent}</span> },
              { head: t.address, cell: (one) => one.address },
              { head: t.lastSeen, cell: (one) => <When at={one.used} /> },
              {
                head: t.acts,
                cell: (one) =>
                  one.current ? (
                    <span className="badge good">{t.thisBrowser}</span>
                  ) : (
                    <button type="button" className="button" onClick={() => end.mutate(one, { onError: tellError })}>
                      {t.signOut}
                    </button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
    </section>
  )
}

function Tokens() {
  const query = useGet(call('GET /tokens'))
  const [name, setName] = useState('')
  const [rights, setRights] = useState<readonly (typeof RIGHTS)[number][]>(['view'])
  const make = useSend(call('POST /tokens'))
  const revoke = useSend(({ id }: { id: string }) => call('DELETE /tokens/{id}', { path: { id } }))
  return (
    <section className="card">
      <h2>{t.tokens}</h2>
      <p className="soft">
        {t.tokensMean} <a href="/api/docs">{t.apiDocs}</a>
      </p>
      {make.data && (
        <Note tone="good">
          {t.secretOnce} <code>{make.data.secret}</code>
        </Note>
      )}
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t.noTokens} />
          ) : (
            <Table
              label={t.tokens}
              rows={items}
              keyOf={(one) => one.id}
              columns={[
                { head: t.name, cell: (one) => one.name },
                { head: t.rights, cell: (one) => one.rights.map((right) => t.rightNames[right]).join(', ') },
                { head: t.lastSeen, cell: (one) => <When at={one.used} /> },
                { head: t.expires, cell: (one) => <When at={one.expires} /> },
                {
                  head: t.acts,
                  cell: (one) => (
                    <button
                      type="button"
                      className="button danger"
                      onClick={() => revoke.mutate(one, { onError: tellError })}
                    >
                      {t.revoke}
                    </button>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate({ name, rights }, { onSuccess: () => setName(''), onError: tellError })
        }}
      >
        <Field label={t.name} wide>
          <input required value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <div className="row">
          {RIGHTS.map((right) => (
            <label className="check" key={right}>
              <input
                type="checkbox"
                checked={rights.includes(right)}
                onChange={() =>
                  setRights(rights.includes(right) ? rights.filter((one) => one !== right) : [...rights, right])
                }
              />
              {t.rightNames[right]}
            </label>
          ))}
        </div>
        <button type="submit" className="button" disabled={rights.length === 0}>
          {t.makeToken}
        </button>
      </form>
    </section>
  )
}
