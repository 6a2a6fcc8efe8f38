import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { number } from './time.tsx'

/** Figures with their names; one with an address opens the list behind it. */
export const Figures = ({
  items,
}: {
  items: readonly { label: string; value: number | ReactNode; href?: string }[]
}) => (
  <dl className="figures">
    {items.map(({ label, value, href }) => {
      const shown = typeof value === 'number' ? number(value) : value
      return (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{href === undefined ? shown : <Link href={href}>{shown}</Link>}</dd>
        </div>
      )
    })}
  </dl>
)
