import { useEffect, useState } from 'react'
import { call } from '../api/call.ts'
import { addressOf, keepProver, request, type Problem } from '../api/client.ts'
import { Dialog } from '../ui/dialog.tsx'
import { CodeField, PasswordField } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { told } from '../ui/states.tsx'
import { t } from '../words/words.ts'
import { useSession } from './session.tsx'

/** Asks once more who one is, where the server wants a fresh proof; what was asked for then goes on. */
export function Prove() {
  const { session, who } = useSession()
  const [ended, setEnded] = useState<((proved: boolean) => void) | null>(null)
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    keepProver(() => new Promise<boolean>((resolve) => setEnded(() => resolve)))
    return () => keepProver(null)
  }, [])
  if (ended === null) return null
  const end = (proved: boolean) => {
    setEnded(null)
    setPassword('')
    setCode('')
    setProblem(null)
    ended(proved)
  }
  const prove = async () => {
    try {
      await request(call('POST /prove'), { body: { password, ...(who.second_factor && { code }) } })
      end(true)
    } catch (error) {
      setProblem(error as Problem)
    }
  }
  return (
    <Dialog title={t.proveHead} close={() => end(false)}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          // The dialog stands within the form of another, to which this is nothing.
          event.stopPropagation()
          void prove()
        }}
      >
        <p className="soft">{who.password ? t.proveLead : t.proveElsewhere}</p>
        {who.password && (
          <PasswordField label={t.currentPassword} kind="current" value={password} onChange={setPassword} />
        )}
        {who.password && who.second_factor && <CodeField value={code} onChange={setCode} />}
        {problem && <Note tone="bad">{told(problem).message}</Note>}
        <div className="actions">
          {who.password ? (
            <button type="submit" className="button main-act">
              {t.goOn}
            </button>
          ) : (
            session.sign_in.oidc.map(({ name, label }) => (
              <a
                key={name}
                className="button"
                href={addressOf(
                  call('GET /oidc/{name}/start', {
                    path: { name },
                    query: { again: 'true', return_to: window.location.pathname },
                  }),
                )}
              >
                {t.signInWith(label)}
              </a>
            ))
          )}
          <button type="button" className="button" onClick={() => end(false)}>
            {t.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
