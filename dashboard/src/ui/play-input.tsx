import type { FocusEventHandler, KeyboardEventHandler } from 'react'
import type { PlayColumn } from '../../../src/api/v1/schemas/playground.ts'
import { t } from '../words/words.ts'

interface PlayInputProps {
  readonly column: PlayColumn
  readonly value: string
  readonly onChange: (value: string) => void
  readonly className?: string
  /** Names it where no label does. */
  readonly label?: string
  readonly required?: boolean
  /** Offers a calendar. It has no value while a date is half typed: only where nothing is kept by itself. */
  readonly calendar?: boolean
  /** Where the values are that it offers. */
  readonly list?: string
  readonly onBlur?: FocusEventHandler<HTMLElement>
  readonly onKeyDown?: KeyboardEventHandler<HTMLElement>
}

/** What a value of the column is typed or chosen in. A number is plain text: the system says itself what it refuses. */
export function PlayInput({ column, label, list, calendar, onChange, ...rest }: PlayInputProps) {
  const named = label === undefined ? {} : { 'aria-label': label }
  if (column.kind === 'boolean')
    return (
      <select {...rest} {...named} onChange={(event) => onChange(event.target.value)}>
        <option value="">–</option>
        <option value="t">{t.yes}</option>
        <option value="f">{t.no}</option>
      </select>
    )
  return (
    <input
      {...rest}
      {...named}
      {...(column.kind === 'number' && { inputMode: 'decimal' })}
      {...(column.kind === 'date' && calendar && { type: 'date' })}
      {...(list !== undefined && { list })}
      autoComplete="off"
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

/** A value of the column as it is read. */
export const playValue = (column: PlayColumn, value: string | null): string =>
  column.kind === 'boolean' && value !== null ? (value === 't' ? t.yes : t.no) : (value ?? '')
