import type { ReactNode } from 'react'

/** A label and what it names. */
export const Field = ({ label, wide, children }: { label: string; wide?: boolean; children: ReactNode }) => (
  <label className={wide ? 'field wide' : 'field'}>
    <span>{label}</span>
    {children}
  </label>
)
