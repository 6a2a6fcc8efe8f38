import type { ReactNode } from 'react'
import { t } from '../words/words.ts'

/** A label and what it names. */
export const Field = ({ label, wide, children }: { label: string; wide?: boolean; children: ReactNode }) => (
  <label className={wide ? 'field wide' : 'field'}>
    <span>{label}</span>
    {children}
  </label>
)

interface PasswordProps {
  readonly label: string
  /** The browser offers to make up a new one, or fills in the one it knows. */
  readonly kind: 'new' | 'current'
  readonly wide?: boolean
  readonly value: string
  readonly onChange: (value: string) => void
}

/** A code of the second factor, or a recovery code. */
export const CodeField = ({ value, onChange }: { value: string; onChange: (value: string) => void }) => (
  <Field label={t.factorCode}>
    <input
      autoComplete="one-time-code"
      required
      maxLength={40}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  </Field>
)

export const PasswordField = ({ label, kind, wide, value, onChange }: PasswordProps) => (
  <Field label={label} {...(wide && { wide })}>
    <input
      type="password"
      autoComplete={`${kind}-password`}
      required
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  </Field>
)
