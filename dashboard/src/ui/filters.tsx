import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import { t } from '../words/words.ts'
import { Field } from './field.tsx'

/** What a list is narrowed by: it lives in the address, so that a link shows the same. */
export function useFilters() {
  const [params, setParams] = useSearchParams()
  const values: Record<string, string> = Object.fromEntries(params)
  const set = (name: string, value: string) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before)
        if (value === '') after.delete(name)
        else after.set(name, value)
        return after
      },
      { replace: true },
    )
  return { values, set, clear: () => setParams({}), any: Object.keys(values).length > 0 }
}
export type Filters = ReturnType<typeof useFilters>

export function SearchFilter({ filters, name = 'q', label }: { filters: Filters; name?: string; label: string }) {
  const given = filters.values[name] ?? ''
  const [text, setText] = useState(given)
  useEffect(() => setText(given), [given])
  useEffect(() => {
    if (text === given) return
    const timer = setTimeout(() => filters.set(name, text), 300)
    return () => clearTimeout(timer)
  })
  return (
    <Field label={label} wide>
      <input type="search" value={text} onChange={(event) => setText(event.target.value)} />
    </Field>
  )
}

export function SelectFilter({
  filters,
  name,
  label,
  options,
  given,
}: {
  filters: Filters
  name: string
  label: string
  options: readonly (readonly [value: string, label: string])[]
  /** What holds when the address says nothing; absent: all. */
  given?: string | undefined
}) {
  const value = filters.values[name] ?? given ?? ''
  const known = value === '' || options.some(([one]) => one === value)
  return (
    <Field label={label}>
      <select value={value} onChange={(event) => filters.set(name, event.target.value)}>
        {given === undefined && <option value="">{t.all}</option>}
        {!known && <option value={value}>{value}</option>}
        {options.map(([one, word]) => (
          <option key={one} value={one}>
            {word}
          </option>
        ))}
      </select>
    </Field>
  )
}

/** A time without its zone, as the browser asks for it; in the address it is in UTC. */
export function TimeFilter({ filters, name, label }: { filters: Filters; name: string; label: string }) {
  const value = filters.values[name]
  const local = value === undefined ? '' : new Date(Date.parse(value) - new Date(value).getTimezoneOffset() * 60_000)
  return (
    <Field label={label}>
      <input
        type="datetime-local"
        value={local === '' ? '' : local.toISOString().slice(0, 16)}
        onChange={({ target }) => filters.set(name, target.value === '' ? '' : new Date(target.value).toISOString())}
      />
    </Field>
  )
}

export const ClearFilters = ({ filters }: { filters: Filters }) =>
  filters.any ? (
    <button type="button" className="button plain" onClick={filters.clear}>
      <X size={15} aria-hidden /> {t.clearFilters}
    </button>
  ) : null
