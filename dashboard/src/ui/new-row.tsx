import { useId, useState } from 'react'
import type { PlayColumn } from '../../../src/api/v1/schemas/playground.ts'
import { call } from '../api/call.ts'
import { useSend } from '../api/queries.ts'
import { t } from '../words/words.ts'
import { comesIntoView, Dialog } from './dialog.tsx'
import { Field } from './field.tsx'
import { Note } from './note.tsx'
import { PlayInput } from './play-input.tsx'
import { told } from './states.tsx'
import { tellDone } from './toasts.tsx'

interface NewRowProps {
  readonly system: string
  readonly table: string
  readonly columns: readonly PlayColumn[]
  readonly close: () => void
}

/** Asks for what the contract maps of a row; what is left empty stays as the system has it by itself. */
export function NewRow({ system, table, columns, close }: NewRowProps) {
  const id = useId()
  const asked = columns.filter((one) => one.editable && (one.mapped || one.required))
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(asked.map(({ column, usual }) => [column, usual ?? ''])),
  )
  const insert = useSend(call('POST /playground/{system}/{table}', { path: { system, table } }))
  return (
    <Dialog title={t.newRowIn(system, table)} close={close}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          insert.mutate(Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '')), {
            onSuccess: (row) => {
              tellDone(t.rowMade(system, row.id))
              close()
            },
          })
        }}
      >
        <p className="soft">{t.newRowMeans}</p>
        <div className="pair-of-fields">
          {asked.map((column) => (
            <Field key={column.column} label={column.required ? `${column.column} (${t.required})` : column.column}>
              <PlayInput
                column={column}
                required={column.required}
                calendar
                value={values[column.column] ?? ''}
                onChange={(value) => setValues((before) => ({ ...before, [column.column]: value }))}
                {...(column.values.length > 0 && { list: `${id}-${column.column}` })}
              />
              {column.values.length > 0 && (
                <datalist id={`${id}-${column.column}`}>
                  {column.values.map((one) => (
                    <option key={one} value={one} />
                  ))}
                </datalist>
              )}
            </Field>
          ))}
        </div>
        {insert.error && (
          <div role="alert" ref={comesIntoView}>
            <Note tone="bad">{[told(insert.error).message, told(insert.error).cure].join(' ')}</Note>
          </div>
        )}
        <div className="actions">
          <button type="submit" className="button main-act" disabled={insert.isPending}>
            {t.makeRow}
          </button>
          <button type="button" className="button" onClick={close}>
            {t.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
