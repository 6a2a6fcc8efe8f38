import { useEffect, useState } from 'react'
import type { PlayColumn } from '../../../src/api/v1/schemas/playground.ts'
import { call } from '../api/call.ts'
import { useSend } from '../api/queries.ts'
import { t } from '../words/words.ts'
import { PlayInput } from './play-input.tsx'
import { tellDone, tellError } from './toasts.tsx'

interface PlayCellProps {
  readonly place: { readonly system: string; readonly table: string; readonly id: string }
  readonly column: PlayColumn
  readonly value: string | null
}

/** Keeps what was typed when one leaves the cell or presses Enter; Escape takes it back. */
export function PlayCell({ place, column, value }: PlayCellProps) {
  const [text, setText] = useState(value ?? '')
  const save = useSend(call('PATCH /playground/{system}/{table}/{id}', { path: place }))
  useEffect(() => setText(value ?? ''), [value])
  return (
    <PlayInput
      column={column}
      className="cell-input"
      label={column.column}
      value={text}
      onChange={setText}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key === 'Escape') setText(value ?? '')
      }}
      onBlur={() => {
        if (text === (value ?? '')) return
        save.mutate(
          { [column.column]: text === '' ? null : text },
          {
            onSuccess: () => tellDone(t.savedIn(column.column)),
            onError: (error) => {
              setText(value ?? '')
              tellError(error)
            },
          },
        )
      }}
    />
  )
}
