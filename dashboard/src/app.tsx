import { type ComponentType, lazy, type ReactNode, Suspense } from 'react'
import { Redirect, Route, Switch, useLocation } from 'wouter'
import { useLive } from './api/live.ts'
import { Layout } from './layout.tsx'
import { paths } from './paths.ts'
import { Notices } from './session/notices.tsx'
import { Prove } from './session/prove.tsx'
import { SessionGiven, useSessionQuery } from './session/session.tsx'
import { Loading, Missing, Trouble } from './ui/states.tsx'
import { Note } from './ui/note.tsx'
import { Toasts } from './ui/toasts.tsx'
import { t } from './words/words.ts'

/** One piece of the build for each screen, fetched when it is first shown. */
function screen<Name extends string>(load: () => Promise<Record<Name, () => ReactNode>>, name: Name): ComponentType {
  return lazy<ComponentType>(async () => ({ default: (await load())[name] }))
}
const SignIn = screen(async () => import('./screens/sign-in.tsx'), 'SignIn')
const NoRoles = screen(async () => import('./screens/no-roles.tsx'), 'NoRoles')
const Setup = screen(async () => import('./screens/setup.tsx'), 'Setup')
const Begin = screen(async () => import('./screens/begin.tsx'), 'BeginScreen')
const SCREENS: readonly (readonly [string, ComponentType])[] = [
  ['/', screen(async () => import('./screens/home.tsx'), 'HomeScreen')],
  ['/flows/:flow/records/:record', screen(async () => import('./screens/record.tsx'), 'RecordScreen')],
  ['/flows/:flow', screen(async () => import('./screens/flow.tsx'), 'FlowScreen')],
  ['/cases/:case', screen(async () => import('./screens/case.tsx'), 'CaseScreen')],
  ['/cases', screen(async () => import('./screens/cases.tsx'), 'CasesScreen')],
  ['/records', screen(async () => import('./screens/records.tsx'), 'RecordsScreen')],
  ['/log/:kind/:id', screen(async () => import('./screens/log-entry.tsx'), 'LogEntryScreen')],
  ['/log', screen(async () => import('./screens/log.tsx'), 'LogScreen')],
  ['/runs/:run', screen(async () => import('./screens/run.tsx'), 'RunScreen')],
  ['/runs', screen(async () => import('./screens/runs.tsx'), 'RunsScreen')],
  ['/rules/versions', screen(async () => import('./screens/rule-versions.tsx'), 'RuleVersionsScreen')],
  ['/rules', screen(async () => import('./screens/rules.tsx'), 'RulesScreen')],
  ['/systems/:system', screen(async () => import('./screens/system.tsx'), 'SystemScreen')],
  ['/systems', screen(async () => import('./screens/systems.tsx'), 'SystemsScreen')],
  ['/alerts', screen(async () => import('./screens/alerts.tsx'), 'AlertsScreen')],
  ['/people', screen(async () => import('./screens/people.tsx'), 'PeopleScreen')],
  ['/account', screen(async () => import('./screens/account.tsx'), 'AccountScreen')],
  ['/audit', screen(async () => import('./screens/audit.tsx'), 'AuditScreen')],
  ['/begin', screen(async () => import('./screens/begun.tsx'), 'BegunScreen')],
  ['/playground', screen(async () => import('./screens/playground.tsx'), 'PlaygroundScreen')],
]

/** Everything: whoever is not signed in meets the door first. */
export function App() {
  return (
    <Suspense fallback={<Loading />}>
      <Switch>
        <Route path={paths.setup()} component={Setup} />
        <Route>
          <Inside />
        </Route>
      </Switch>
      <Toasts />
    </Suspense>
  )
}

function Inside() {
  const session = useSessionQuery()
  const [location] = useLocation()
  if (session.data === undefined)
    return session.error ? <Trouble error={session.error} retry={() => void session.refetch()} /> : <Loading />
  if (session.data.who === null) return <SignIn />
  if (location === paths.signIn()) return <Redirect to={paths.home()} replace />
  if (session.data.beginning)
    return (
      <SessionGiven session={session.data}>
        <Begin />
      </SessionGiven>
    )
  if (session.data.who.rights.view !== 'all' && session.data.who.rights.view.length === 0) return <NoRoles />
  return (
    <SessionGiven session={session.data}>
      <Live />
    </SessionGiven>
  )
}

function Live() {
  const live = useLive()
  return (
    <Layout>
      <Prove />
      <Notices />
      {!live && <Note>{t.notLive}</Note>}
      <Suspense fallback={<Loading />}>
        <Switch>
          {SCREENS.map(([path, Screen]) => (
            <Route key={path} path={path}>
              <Screen />
            </Route>
          ))}
          <Route>
            <Missing />
          </Route>
        </Switch>
      </Suspense>
    </Layout>
  )
}
