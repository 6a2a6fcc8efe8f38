import { CircleCheck, TriangleAlert } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { told } from './states.tsx'

interface Toast {
  readonly id: number
  readonly good: boolean
  readonly text: string
}

let toasts: readonly Toast[] = []
let last = 0
const listeners = new Set<() => void>()
const STAYS_MS = 7000

function show(good: boolean, text: string): void {
  const toast = { id: ++last, good, text }
  const put = (next: readonly Toast[]) => {
    toasts = next
    for (const listener of listeners) listener()
  }
  put([...toasts, toast])
  setTimeout(() => put(toasts.filter((one) => one !== toast)), STAYS_MS)
}

/** Says that something was done. */
export const tellDone = (text: string): void => show(true, text)
/** Says that something was refused, and the cure. */
export const tellError = (error: Error): void => {
  const { message, cure } = told(error)
  show(false, cure === null ? message : `${message} ${cure}`)
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, good, text }) => (
        <div key={id} className={`note ${good ? 'good' : 'bad'}`}>
          {good ? <CircleCheck size={16} aria-hidden /> : <TriangleAlert size={16} aria-hidden />}
          <span>{text}</span>
        </div>
      ))}
    </div>
  )
}
