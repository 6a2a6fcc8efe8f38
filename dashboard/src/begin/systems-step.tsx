import { useState } from 'react'
import type { BeginningView } from '../../../src/api/v1/schemas/begin.ts'
import { call } from '../api/call.ts'
import { useSend } from '../api/queries.ts'
import { Field } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { number } from '../ui/time.tsx'
import { b } from '../words/begin-words.ts'
import { t } from '../words/words.ts'
import { Refused, type StepProps } from './parts.tsx'

/** The two systems, each connected to and looked at. */
export function SystemsStep({ view, onDone }: StepProps) {
  const [first, second] = view.systems
  return (
    <>
      <h2>{b.systemsHead}</h2>
      <p className="soft">{b.systemsMeans}</p>
      <div className="grid">
        <SystemForm key={`first ${first?.name}`} side="first" system={first} usual="erp" />
        <SystemForm key={`second ${second?.name}`} side="second" system={second} usual="crm" />
      </div>
      <div className="actions">
        <button type="button" className="button main-act" disabled={!first || !second} onClick={onDone}>
          {t.goOn}
        </button>
      </div>
    </>
  )
}

interface FormProps {
  readonly side: 'first' | 'second'
  readonly system: BeginningView['systems'][0]
  readonly usual: string
}

function SystemForm({ side, system, usual }: FormProps) {
  const [name, setName] = useState(system?.name ?? '')
  const [url, setUrl] = useState('')
  const [password, setPassword] = useState('')
  const connect = useSend(call('PUT /begin/systems/{side}', { path: { side } }))
  const variable = `${(name.trim() || usual).toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_URL`
  const title = side === 'first' ? b.first : b.second
  return (
    <form
      className="card"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault()
        connect.mutate({ name: name.trim(), url: url.trim(), password })
      }}
    >
      <h3>{title}</h3>
      <Field label={b.systemName}>
        <input
          value={name}
          placeholder={usual}
          maxLength={60}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Field label={b.systemUrl}>
        <input
          value={url}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={`${side}-url-hint`}
          onChange={(event) => setUrl(event.target.value)}
        />
      </Field>
      <p className="small soft" id={`${side}-url-hint`}>
        {b.urlHint(variable)}
      </p>
      <Field label={b.password}>
        <input
          type="password"
          value={password}
          autoComplete="off"
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
      <Refused error={connect.error} />
      {system && !connect.error && !connect.isPending && (
        <div role="status">
          <Note tone="good">
            <strong>{system.name}</strong>: {b.connected(system.product, number(system.tables))}
            {system.notes.map((note) => (
              <p key={note} className="small">
                {note}
              </p>
            ))}
          </Note>
        </div>
      )}
      <div className="actions">
        <button type="submit" className="button" disabled={connect.isPending}>
          {connect.isPending ? b.connecting : system ? b.connectAgain : b.connect}
        </button>
      </div>
    </form>
  )
}
