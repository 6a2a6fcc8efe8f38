import { call } from '../api/call.ts'
import { useSend } from '../api/queries.ts'
import { Note } from '../ui/note.tsx'
import { Rulebook } from '../ui/rulebook.tsx'
import { b } from '../words/begin-words.ts'
import { Refused, type StepProps } from './parts.tsx'

/** The rules as sentences; then the contract is written, and the service goes on by it. */
export function WriteStep({ view, onDone }: StepProps) {
  const { rulebook, open, file } = view.decisions!
  const write = useSend(call('POST /begin/write'), { quiet: true })
  return (
    <>
      <h2>{b.readHead}</h2>
      <p className="soft">{b.readMeans}</p>
      {open > 0 && <Note tone="warn">{b.stillOpen(open)}</Note>}
      {rulebook.map(({ flow, sections }) => (
        <section key={flow} className="stack" aria-label={flow}>
          <h3>{flow}</h3>
          <Rulebook sections={sections} />
        </section>
      ))}
      <details className="card">
        <summary>{b.file}</summary>
        <pre className="scroll" tabIndex={0}>
          {file}
        </pre>
      </details>
      <Refused error={write.error} />
      <div className="actions">
        <button
          type="button"
          className="button main-act"
          disabled={open > 0 || write.isPending}
          onClick={() => write.mutate(null, { onSuccess: onDone })}
        >
          {b.write}
        </button>
      </div>
    </>
  )
}
