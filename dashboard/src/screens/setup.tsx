import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import type { LinkInfo } from '../../../src/api/v1/schemas/access.ts'
import { call } from '../api/call.ts'
import { request } from '../api/client.ts'
import { useSend } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { askSession } from '../session/session.tsx'
import { CodeField, Field, PasswordField } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { Loaded, told } from '../ui/states.tsx'
import { t } from '../words/words.ts'

/** What a one-time link opens: the first account, an invitation, a new password. */
export function Setup() {
  const [params] = useSearchParams()
  const token = params.get('token') ?? ''
  const link = useQuery({
    queryKey: ['link', token],
    queryFn: async () => {
      // Somebody may be signed in here already.
      await askSession()
      return request(call('POST /link'), { body: { token } })
    },
    retry: false,
  })
  return (
    <main className="gate">
      <div className="card">
        <Loaded query={link}>{(info) => <Form token={token} info={info} />}</Loaded>
      </div>
    </main>
  )
}

const HEADS = { setup: t.setupHead, invitation: t.invitationHead, reset: t.resetHead }
const LEADS = { setup: t.setupLead, invitation: t.invitationLead, reset: t.resetLead }

function Form({ token, info }: { token: string; info: LinkInfo }) {
  const [, go] = useLocation()
  const [name, setName] = useState(info.name ?? '')
  const [email, setEmail] = useState(info.email ?? '')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const client = useQueryClient()
  // The link is used up by this: nothing of it is asked for anew.
  const use = useSend(call('POST /setup'), { quiet: true })
  const fresh = info.purpose === 'setup'
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        use.mutate(
          { token, password, ...(fresh && { name, email }), ...(info.code_needed && { code }) },
          {
            onSuccess: () => {
              client.clear()
              go(paths.home())
            },
          },
        )
      }}
    >
      <h1>{HEADS[info.purpose]}</h1>
      <p className="soft">{LEADS[info.purpose]}</p>
      <Field label={t.name}>
        <input autoComplete="name" required disabled={!fresh} value={name} onChange={(e) => setName(e.target.value)} />
      </Field>
      <Field label={t.email}>
        <input
          type="email"
          autoComplete="username"
          required
          disabled={!fresh}
          value={email}
          onChange={(e) => setEmail(e.target.value)}
        />
      </Field>
      <PasswordField label={t.newPassword} kind="new" value={password} onChange={setPassword} />
      {info.code_needed && <CodeField value={code} onChange={setCode} />}
      {use.error && (
        <Note tone="bad">
          {told(use.error).message} {told(use.error).cure}
        </Note>
      )}
      <button type="submit" className="button main-act" disabled={use.isPending}>
        {t.goOn}
      </button>
    </form>
  )
}
