import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext } from 'react'
import type { SessionInfo } from '../../../src/api/v1/schemas/access.ts'
import { call } from '../api/call.ts'
import { keepCsrf, request } from '../api/client.ts'

/** Asks who is signed in, and keeps what every change must carry. */
export async function askSession(): Promise<SessionInfo> {
  const session = await request(call('GET /session'))
  keepCsrf(session.csrf)
  return session
}

export const useSessionQuery = () =>
  useQuery({
    queryKey: ['session'],
    queryFn: askSession,
    staleTime: 60_000,
  })

const Given = createContext<SessionInfo | null>(null)

export const SessionGiven = ({ session, children }: { session: SessionInfo; children: ReactNode }) => (
  <Given value={session}>{children}</Given>
)

/** Who is signed in, and what they may do. */
export function useSession() {
  const session = useContext(Given)!
  const who = session.who!
  return {
    session,
    who,
    may: (right: 'view' | 'decide' | 'operate' | 'sign', flow: string) => {
      const flows = who.rights[right]
      return flows === 'all' || flows.includes(flow)
    },
    /** In one of these flows; in any at all when there are none. */
    mayInOne: (right: 'decide' | 'operate', flows: readonly string[]) => {
      const held = who.rights[right]
      return held === 'all' || (flows.length === 0 ? held.length > 0 : flows.some((flow) => held.includes(flow)))
    },
    administers: who.rights.administer,
  }
}
