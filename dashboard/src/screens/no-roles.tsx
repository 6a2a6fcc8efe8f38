import { useEffect } from 'react'
import { useSessionQuery } from '../session/session.tsx'
import { signOut } from '../session/sign-out.ts'
import { t } from '../words/words.ts'

const LOOK_MS = 10_000

/** For whoever is signed in and may not see anything yet; goes on by itself once they may. */
export function NoRoles() {
  const { data, refetch } = useSessionQuery()
  useEffect(() => {
    const timer = setInterval(() => void refetch(), LOOK_MS)
    return () => clearInterval(timer)
  }, [refetch])
  return (
    <main className="gate">
      <div className="card">
        <h1>{t.noRoles}</h1>
        <p>{t.noRolesMeans(data?.who?.email ?? '')}</p>
        <button type="button" className="button" onClick={() => void signOut()}>
          {t.signOut}
        </button>
      </div>
    </main>
  )
}
