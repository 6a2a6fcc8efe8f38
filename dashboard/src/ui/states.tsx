import type { UseQueryResult } from '@tanstack/react-query'
import { Inbox, type LucideIcon, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { Problem } from '../api/client.ts'
import { paths } from '../paths.ts'
import { t } from '../words/words.ts'

export const Loading = () => (
  <div className="stack" role="status" aria-label={t.loading}>
    <div className="bone" />
    <div className="bone" />
    <div className="bone" />
  </div>
)

/** What went wrong, and what to do about it. */
export function Trouble({ error, retry }: { error: Error; retry?: () => void }) {
  const { message, cure } = told(error)
  return (
    <div className="state" role="alert">
      <TriangleAlert size={22} aria-hidden />
      <strong>{message}</strong>
      {cure !== null && <p>{cure}</p>}
      {retry && (
        <button type="button" className="button" onClick={retry}>
          {t.tryAgain}
        </button>
      )}
    </div>
  )
}

/** An error in words for a person. */
export function told(error: Error): { message: string; cure: string | null } {
  if (!(error instanceof Problem)) return { message: t.wentWrong, cure: null }
  if (error.status === 0) return { message: t.unreachable, cure: t.unreachableCure }
  if (error.status === 404 && error.message === '') return { message: t.missing, cure: null }
  return { message: error.message || t.wentWrong, cure: error.cure }
}

export const Empty = ({
  icon: Icon = Inbox,
  title,
  children,
}: {
  icon?: LucideIcon
  title: string
  children?: ReactNode
}) => (
  <div className="state">
    <Icon size={22} aria-hidden />
    <strong>{title}</strong>
    {children !== undefined && <p>{children}</p>}
  </div>
)

export const Missing = () => (
  <Empty title={t.missing}>
    <Link href={paths.home()}>{t.home}</Link>
  </Empty>
)

/** Shows what was asked for as soon as it is there, and says so when it does not come. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />
  return <Loading />
}
