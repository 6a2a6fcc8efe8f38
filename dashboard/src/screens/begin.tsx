import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import type { BeginningView } from '../../../src/api/v1/schemas/begin.ts'
import { call } from '../api/call.ts'
import { useGet } from '../api/queries.ts'
import { FieldsStep } from '../begin/fields-step.tsx'
import { RulesStep } from '../begin/rules-step.tsx'
import { SystemsStep } from '../begin/systems-step.tsx'
import { TablesStep } from '../begin/tables-step.tsx'
import { WriteStep } from '../begin/write-step.tsx'
import { paths } from '../paths.ts'
import { Prove } from '../session/prove.tsx'
import { askSession, useSession } from '../session/session.tsx'
import { signOut } from '../session/sign-out.ts'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { b } from '../words/begin-words.ts'
import { otherLanguage, speak, t } from '../words/words.ts'

const STEPS = [SystemsStep, TablesStep, FieldsStep, RulesStep, WriteStep] as const
const LOOK_MS = 1_000

/** Where there is no contract yet: five steps from two systems to one. */
export function BeginScreen() {
  const { administers } = useSession()
  return (
    <main className="main begin" id="content">
      <Prove />
      {administers ? (
        <Steps />
      ) : (
        <Page title={b.title}>
          <Waiting>{b.onlyAdmins}</Waiting>
        </Page>
      )}
      <footer className="row">
        <button
          type="button"
          className="button plain"
          onClick={() => speak(otherLanguage.code)}
          lang={otherLanguage.code}
        >
          {otherLanguage.name}
        </button>
        <button type="button" className="button plain" onClick={() => void signOut()}>
          {t.signOut}
        </button>
      </footer>
    </main>
  )
}

function Steps() {
  const query = useGet(call('GET /begin'))
  return <Loaded query={query}>{(view) => <Shown view={view} />}</Loaded>
}

/** How far it is: the first step that is not done. */
function furthest({ systems, flows, decisions }: BeginningView): number {
  if (systems.includes(null)) return 0
  if (flows === null) return 1
  if (decisions === null || decisions.file === null) return 3
  return 4
}

function Shown({ view }: { view: BeginningView }) {
  const most = furthest(view)
  const [at, setAt] = useState(most === 3 ? 2 : most)
  const [written, setWritten] = useState(view.over)
  const place = Math.min(at, most)
  const Step = STEPS[place]!
  if (written)
    return (
      <Page title={b.title}>
        <Waiting>{b.writing}</Waiting>
      </Page>
    )
  return (
    <Page title={b.title} lead={b.lead}>
      <nav aria-label={b.title}>
        <ol className="row">
          {b.steps.map((name, step) => (
            <li key={name}>
              <button
                type="button"
                className={step === place ? 'button main-act' : 'button'}
                aria-current={step === place ? 'step' : undefined}
                disabled={step > most}
                onClick={() => setAt(step)}
              >
                {b.step(step + 1, name)}
              </button>
            </li>
          ))}
        </ol>
      </nav>
      <Step
        key={place}
        view={view}
        onDone={() => {
          window.scrollTo(0, 0)
          if (place === STEPS.length - 1) setWritten(true)
          else setAt(place + 1)
        }}
      />
    </Page>
  )
}

/** Asks again and again whether the service goes on by a contract; for a moment nothing answers. */
function Waiting({ children }: { children: string }) {
  const client = useQueryClient()
  const [, go] = useLocation()
  useEffect(() => {
    const look = async (): Promise<void> => {
      const session = await askSession().catch(() => null)
      if (session === null || session.beginning) return
      clearInterval(timer)
      client.clear()
      go(paths.begin())
    }
    const timer = setInterval(() => void look(), LOOK_MS)
    return () => clearInterval(timer)
  }, [client, go])
  return (
    <div role="status">
      <Note>{children}</Note>
    </div>
  )
}
