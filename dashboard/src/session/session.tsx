import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext } from 'react'
import type { SessionInfo } from '../../../src/api/v1/schemas/access.ts'
import { get, keepCsrf } from '../api/client.ts'

/** Asks who is signed in, and keeps what every change must carry. */
export const useSessionQuery = () =>
  useQuery({
    queryKey: ['session'],
    queryFn: async () => {
      const session = await get<SessionInfo>('/session')
      keepCsrf(session.csrf)
      return session
    },
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
    administers: who.rights.administer,
  }
}
