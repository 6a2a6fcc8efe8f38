import { type ReactNode, useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { t } from '../words/words.ts'

interface Props {
  title: string
  lead?: ReactNode
  actions?: ReactNode
  back?: { href: string; label: string }
  children: ReactNode
}

/** One screen: its heading takes the focus, so that a screen reader says where one is. */
export function Page({ title, lead, actions, back, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · ${t.product}`
  }, [title])
  useEffect(() => {
    heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <div className="page">
      <header className="head">
        <div className="titles">
          {back && (
            <Link href={back.href} className="small">
              ← {back.label}
            </Link>
          )}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead !== undefined && <div className="lead">{lead}</div>}
        </div>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </header>
      {children}
    </div>
  )
}
