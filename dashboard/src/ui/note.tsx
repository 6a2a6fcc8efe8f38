import { CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Tone } from './badge.tsx'

/** A sentence that stands out. */
export function Note({ tone = 'calm', children }: { tone?: Tone; children: ReactNode }) {
  const Icon = tone === 'good' ? CircleCheck : tone === 'calm' || tone === 'accent' ? Info : TriangleAlert
  return (
    <div className={`note ${tone}`}>
      <Icon size={16} aria-hidden />
      <div>{children}</div>
    </div>
  )
}
