import type { FlowCard } from '../../../src/api/v1/schemas/flows.ts'
import { t } from '../words/words.ts'
import { When } from './time.tsx'

type Next = NonNullable<FlowCard['next_runs']>[number]

/** When a flow looks at a system next; flows of real time have no next time. */
export function NextRun({ next, labelled = false }: { next: Next; labelled?: boolean }) {
  if (next.real_time) return t.allTheTime
  const [at] = next.at
  if (at === undefined) return '–'
  return (
    <>
      {labelled && `${t.nextRun} `}
      <When at={at} />
    </>
  )
}
