import { Boxes } from 'lucide-react'
import { useState } from 'react'
import { call } from '../api/call.ts'
import { useSend } from '../api/queries.ts'
import { addressOf } from '../api/client.ts'
import { useSessionQuery } from '../session/session.tsx'
import { CodeField, Field, PasswordField } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { told } from '../ui/states.tsx'
import { t } from '../words/words.ts'

const REFUSED = `${location.protocol === 'https:' ? '__Host-' : ''}concordat_refused`

/** Why a provider's sign-in ended here; told once. */
function refusal(): string | null {
  const [, text] = new RegExp(`(?:^|; )${REFUSED}=([^;]*)`).exec(document.cookie) ?? []
  if (text === undefined) return null
  document.cookie = `${REFUSED}=; path=/; max-age=0${REFUSED.startsWith('__Host-') ? '; secure' : ''}`
  try {
    const { message, cure } = JSON.parse(decodeURIComponent(text)) as { message: string; cure?: string }
    return cure === undefined ? message : `${message} ${cure}`
  } catch {
    return null
  }
}

/** The door. */
export function SignIn() {
  const { data } = useSessionQuery()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [refused] = useState(refusal)
  const enter = useSend(call('POST /sign-in'))
  const [asksCode, setAsksCode] = useState(false)
  return (
    <main className="gate">
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault()
          enter.mutate(
            { email, password, ...(asksCode && { code }) },
            { onError: (problem) => setAsksCode(asksCode || problem.code === 'access.code-needed') },
          )
        }}
      >
        <div className="row">
          <Boxes size={20} aria-hidden />
          <span className="strong">{data?.company}</span>
        </div>
        <h1>{t.signIn}</h1>
        {refused !== null && <Note tone="bad">{refused}</Note>}
        {data?.setup_needed && <Note tone="accent">{t.setupNeeded}</Note>}
        <Field label={t.email}>
          <input
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={(e) => setEmail(e.target.value)}
          />
        </Field>
        <PasswordField label={t.password} kind="current" value={password} onChange={setPassword} />
        {asksCode && <CodeField value={code} onChange={setCode} />}
        {enter.error && <Note tone="bad">{told(enter.error).message}</Note>}
        <button type="submit" className="button main-act" disabled={enter.isPending}>
          {t.signIn}
        </button>
        {data?.sign_in.oidc.map(({ name, label }) => (
          <a key={name} className="button" href={addressOf(call('GET /oidc/{name}/start', { path: { name } }))}>
            {t.signInWith(label)}
          </a>
        ))}
      </form>
    </main>
  )
}
