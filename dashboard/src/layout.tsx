import {
  Bell,
  BookOpen,
  Boxes,
  CircleUser,
  FlaskConical,
  History,
  House,
  Inbox,
  Languages,
  ListChecks,
  LogOut,
  Menu,
  Search,
  Server,
  Users,
  X,
} from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { call } from './api/call.ts'
import { useGet } from './api/queries.ts'
import { paths } from './paths.ts'
import { useSession } from './session/session.tsx'
import { signOut } from './session/sign-out.ts'
import { number } from './ui/time.tsx'
import { otherLanguage, speak, t } from './words/words.ts'

/** The frame around every screen: where one can go. */
export function Layout({ children }: { children: ReactNode }) {
  const [location] = useLocation()
  const [open, setOpen] = useState(false)
  const { session, who, administers } = useSession()
  const home = useGet(call('GET /home')).data
  const play = useGet(call('GET /playground')).data
  useEffect(() => {
    setOpen(false)
    window.scrollTo(0, 0)
  }, [location])
  const items = [
    [paths.home(), t.home, House, null],
    [paths.cases(), t.cases, Inbox, home?.cases.open],
    [paths.records(), t.records, Search, null],
    [paths.log(), t.log, History, null],
    [paths.runs(), t.runs, ListChecks, null],
    [paths.rules(), t.rules, BookOpen, null],
    [paths.systems(), t.systems, Server, null],
    [paths.alerts(), t.alerts, Bell, home?.alerts.open],
    ...(administers ? ([[paths.people(), t.people, Users, null]] as const) : []),
    ...(play ? ([[paths.playground(), t.playground, FlaskConical, null]] as const) : []),
  ] as const
  const here = (href: string) =>
    href === '/'
      ? location === '/' || (location.startsWith('/flows') && !location.includes('/records/'))
      : location.startsWith(href) || (href === paths.records() && location.includes('/records/'))
  return (
    <div className="frame">
      <a className="skip" href="#content">
        {t.skip}
      </a>
      <div className="top">
        <Link href={paths.home()}>
          <Boxes size={18} aria-hidden /> {session.company}
        </Link>
        <button
          type="button"
          className="button plain"
          aria-expanded={open}
          aria-label={t.menu}
          onClick={() => setOpen(!open)}
        >
          {open ? <X size={20} aria-hidden /> : <Menu size={20} aria-hidden />}
        </button>
      </div>
      <div className={open ? 'side open' : 'side'}>
        <Link href={paths.home()} className="brand">
          <Boxes size={18} aria-hidden /> {session.company}
        </Link>
        <nav aria-label={t.menu}>
          {items.map(([href, label, Icon, figure]) => (
            <Link key={href} href={href} aria-current={here(href) ? 'page' : undefined}>
              <Icon size={16} aria-hidden /> {label}
              {typeof figure === 'number' && figure > 0 && <span className="figure">{number(figure)}</span>}
            </Link>
          ))}
        </nav>
        <div className="foot">
          <Link href={paths.account()}>
            <CircleUser size={16} aria-hidden /> {who.name}
          </Link>
          <button type="button" onClick={() => speak(otherLanguage.code)} lang={otherLanguage.code}>
            <Languages size={16} aria-hidden /> {otherLanguage.name}
          </button>
          <button type="button" onClick={() => void signOut()}>
            <LogOut size={16} aria-hidden /> {t.signOut}
          </button>
        </div>
      </div>
      <main className="main" id="content">
        {children}
      </main>
    </div>
  )
}
