import { useState } from 'react'
import { Link } from 'wouter'
import type { HeldRoleItem, PersonItem, ResetLink } from '../../../src/api/v1/schemas/access.ts'
import { call } from '../api/call.ts'
import { usePages, useSend } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { useFlowNames } from '../ui/flow-names.ts'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { Loading, Trouble } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { absolute, When } from '../ui/time.tsx'
import { tellError } from '../ui/toasts.tsx'
import { t } from '../words/words.ts'

type Role = HeldRoleItem['role']
interface Given {
  flow: string | null
  role: Role
}
const ROLES: readonly Role[] = ['viewer', 'business owner', 'technical owner', 'admin']

/** Who may do what. */
export function PeopleScreen() {
  const query = usePages(call('GET /people'))
  const [editing, setEditing] = useState<PersonItem | 'new' | null>(null)
  const [link, setLink] = useState<ResetLink | null>(null)
  const reset = useSend(({ id }: { id: string; lost: boolean }) => call('POST /people/{id}/reset', { path: { id } }), {
    bodyOf: ({ lost }) => ({ second_factor: lost }),
  })
  const items = query.data?.pages.flatMap((page) => page.items)
  return (
    <Page
      title={t.people}
      lead={t.peopleLead}
      actions={
        <>
          <Link className="button" href={paths.audit()}>
            {t.audit}
          </Link>
          <button type="button" className="button main-act" onClick={() => setEditing('new')}>
            {t.invite}
          </button>
        </>
      }
    >
      {link && (
        <Note tone="good">
          {t.linkOnce} ({absolute(link.expires)})
          <p>
            <code>{new URL(link.link, window.location.origin).href}</code>
          </p>
        </Note>
      )}
      {items === undefined && (query.error ? <Trouble error={query.error} /> : <Loading />)}
      {items && (
        <section className="card flush">
          <Table
            label={t.people}
            rows={items}
            keyOf={(one) => one.id}
            columns={[
              {
                head: t.name,
                cell: (one) => (
                  <>
                    <div className="strong">{one.name}</div>
                    <div className="soft small">{one.email}</div>
                  </>
                ),
              },
              {
                head: t.roles,
                cell: (one) =>
                  one.disabled ? (
                    <span className="badge calm">{t.disabled}</span>
                  ) : (
                    one.roles.map((role) => (
                      <div key={`${role.flow} ${role.role}`}>
                        {t.roleNames[role.role]} · {role.flow ?? t.allFlows}
                        {role.by_contract && <span className="soft small"> ({t.byContract})</span>}
                      </div>
                    ))
                  ),
              },
              { head: t.lastSeen, cell: (one) => <When at={one.seen} /> },
              {
                head: t.acts,
                cell: (one) => (
                  <span className="row">
                    <button
                      type="button"
                      className="button"
                      aria-label={`${t.change}: ${one.name}`}
                      onClick={() => setEditing(one)}
                    >
                      {t.change}
                    </button>
                    <button
                      type="button"
                      className="button"
                      aria-label={`${t.resetPassword}: ${one.name}`}
                      onClick={() =>
                        reset.mutate({ id: one.id, lost: false }, { onSuccess: setLink, onError: tellError })
                      }
                    >
                      {t.resetPassword}
                    </button>
                    {one.second_factor && (
                      <button
                        type="button"
                        className="button"
                        aria-label={`${t.resetFactor}: ${one.name}`}
                        onClick={() =>
                          reset.mutate({ id: one.id, lost: true }, { onSuccess: setLink, onError: tellError })
                        }
                      >
                        {t.resetFactor}
                      </button>
                    )}
                  </span>
                ),
              },
            ]}
          />
        </section>
      )}
      {editing !== null && <Edit person={editing} close={() => setEditing(null)} gave={setLink} />}
    </Page>
  )
}

function Edit({
  person,
  close,
  gave,
}: {
  person: PersonItem | 'new'
  close: () => void
  gave: (link: ResetLink) => void
}) {
  const fresh = person === 'new'
  const flows = useFlowNames()
  const [name, setName] = useState(fresh ? '' : person.name)
  const [email, setEmail] = useState(fresh ? '' : person.email)
  const [disabled, setDisabled] = useState(fresh ? false : person.disabled)
  const [roles, setRoles] = useState<readonly Given[]>(
    fresh
      ? [{ flow: null, role: 'viewer' }]
      : person.roles.filter((one) => !one.by_contract).map(({ flow, role }) => ({ flow, role })),
  )
  const invite = useSend(call('POST /people'))
  const change = useSend(call('PATCH /people/{id}', { path: { id: fresh ? '' : person.id } }))
  const set = (index: number, given: Given) => setRoles(roles.map((one, at) => (at === index ? given : one)))
  const error = invite.error ?? change.error
  return (
    <Dialog title={fresh ? t.invite : person.name} close={close}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (fresh)
            invite.mutate(
              { name, email, roles },
              {
                onSuccess: (invited) => {
                  gave(invited)
                  close()
                },
              },
            )
          else change.mutate({ name, roles, disabled }, { onSuccess: close })
        }}
      >
        <Field label={t.name}>
          <input required value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t.email}>
          <input
            type="email"
            required
            disabled={!fresh}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </Field>
        <h3>{t.roles}</h3>
        {roles.map((given, index) => (
          <div className="row" key={index}>
            <Field label={t.role}>
              <select
                value={given.role}
                onChange={(event) => set(index, { ...given, role: event.target.value as Role })}
              >
                {ROLES.map((role) => (
                  <option key={role} value={role}>
                    {t.roleNames[role]}
                  </option>
                ))}
              </select>
            </Field>
            <Field label={t.flow}>
              <select
                value={given.flow ?? ''}
                onChange={(event) => set(index, { ...given, flow: event.target.value || null })}
              >
                <option value="">{t.allFlows}</option>
                {flows.map((flow) => (
                  <option key={flow}>{flow}</option>
                ))}
              </select>
            </Field>
            <button
              type="button"
              className="button plain"
              onClick={() => setRoles(roles.filter((_, at) => at !== index))}
            >
              {t.remove}
            </button>
          </div>
        ))}
        <div>
          <button type="button" className="button" onClick={() => setRoles([...roles, { flow: null, role: 'viewer' }])}>
            {t.addRole}
          </button>
        </div>
        {!fresh && (
          <label className="check">
            <input type="checkbox" checked={disabled} onChange={(event) => setDisabled(event.target.checked)} />{' '}
            {t.disabledMeans}
          </label>
        )}
        {error && <Note tone="bad">{error.message}</Note>}
        <div className="actions">
          <button type="submit" className="button main-act">
            {fresh ? t.invite : t.save}
          </button>
          <button type="button" className="button" onClick={close}>
            {t.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
