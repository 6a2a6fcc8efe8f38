import type { BeginningView } from '../../../src/api/v1/schemas/begin.ts'
import type { Problem } from '../api/client.ts'
import { Note } from '../ui/note.tsx'
import { told } from '../ui/states.tsx'

/** What a step is given. */
export interface StepProps {
  readonly view: BeginningView
  /** Goes to the step after it. */
  readonly onDone: () => void
}

/** Why the server did not take it, and what to do. */
export function Refused({ error }: { error: Problem | null }) {
  if (error === null) return null
  const { message, cure } = told(error)
  return (
    <div role="alert">
      <Note tone="bad">
        {message} {cure}
      </Note>
    </div>
  )
}
