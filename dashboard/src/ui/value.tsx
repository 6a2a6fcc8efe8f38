import { t } from '../words/words.ts'

interface Legend {
  readonly references?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined
}

/** A value of a field; ids of other records by their titles. */
export function Value({
  value,
  field,
  legend,
}: {
  value: string | null | undefined
  field?: string | null
  legend?: Legend
}) {
  if (value === null || value === undefined) return <span className="soft">{t.noValue}</span>
  if (value === '') return <span className="soft">{t.emptyText}</span>
  const title = field ? legend?.references?.[field]?.[value] : undefined
  return <>{title ?? value}</>
}

/** From what to what; a value that was defended stays what it was. */
export const Change = ({
  from,
  to,
  field,
  legend,
}: {
  from: string | null
  to: string | null
  field: string | null
  legend?: Legend
}) => (
  <span className="change">
    {field !== null && <span className="soft">{field}</span>}
    {from !== null && from !== to && (
      <>
        <del>
          <Value value={from} field={field} {...(legend && { legend })} />
        </del>
        <span aria-label={t.becomes}>→</span>
      </>
    )}
    <ins>
      <Value value={to} field={field} {...(legend && { legend })} />
    </ins>
    {from !== null && from === to && <span className="soft">{t.stays}</span>}
  </span>
)
