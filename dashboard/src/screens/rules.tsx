import { Link } from 'wouter'
import type { Rules } from '../../../src/api/v1/schemas/rules.ts'
import { call } from '../api/call.ts'
import { useGet } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { ChangedFile, Findings, NewRules } from '../ui/changed-rules.tsx'
import { DryRunButton } from '../ui/dry-run.tsx'
import { useFilters } from '../ui/filters.tsx'
import { OpenQuestion } from '../ui/open-question.tsx'
import { Page } from '../ui/page.tsx'
import { RuleFields, Rulebook } from '../ui/rulebook.tsx'
import { Signing } from '../ui/signing.tsx'
import { Empty, Loaded } from '../ui/states.tsx'
import { t } from '../words/words.ts'

/** The contract's file is changed by editors that nothing hints at. */
const LOOK_MS = 5_000

/** The rulebook of each flow: what is open in it, what the file says otherwise by now, and whether both owners signed it. */
export function RulesScreen() {
  const query = useGet(call('GET /rules'), { everyMs: LOOK_MS })
  return <Loaded query={query}>{(rules) => <Shown rules={rules} />}</Loaded>
}

function Shown({ rules }: { rules: Rules }) {
  const filters = useFilters()
  const signings = useGet(call('GET /rules/signatures'), { everyMs: LOOK_MS }).data
  const { file } = rules
  const proposed = signings?.file ?? []
  const names = [...new Set([...rules.flows.map(({ flow }) => flow), ...proposed.map(({ flow }) => flow)])]
  const name = names.find((one) => one === filters.values.flow) ?? names[0]
  const flow = rules.flows.find((one) => one.flow === name)
  const signing = signings?.items.find((one) => one.flow === name)
  const next = proposed.find((one) => one.flow === name)
  const questions = file.questions.filter((question) => question.flow === name)
  const waiting = (one: string) =>
    file.questions.filter((question) => question.flow === one).length +
    proposed.filter((signing) => signing.flow === one && !signing.signed).length
  return (
    <Page
      title={t.rules}
      lead={t.rulesLead}
      actions={
        <Link className="button" href={paths.rulesVersions()}>
          {t.versions}
        </Link>
      }
    >
      {file.changed ? <ChangedFile file={file} proposed={proposed} /> : <Findings findings={rules.findings} />}
      <nav className="tabs" aria-label={t.flow}>
        {names.map((one) => (
          <Link key={one} href={paths.rules({ flow: one })} aria-current={one === name ? 'page' : undefined}>
            {one}
            {waiting(one) > 0 && ` (${waiting(one)})`}
          </Link>
        ))}
      </nav>
      {name === undefined && <Empty title={t.noRules} />}
      {questions.map((question) => (
        <OpenQuestion key={question.setting} question={question} />
      ))}
      {next && <NewRules key={next.fingerprint} signing={next} rules={flow ? 'changed' : 'new'} />}
      {flow && (
        <>
          {next && <h2>{t.rulesThatRun}</h2>}
          {signing && <Signing key={signing.fingerprint} signing={signing} title={t.signatures} />}
          {flow.decided && <DryRunButton key={flow.flow} flow={flow.flow} />}
          <Rulebook sections={flow.rulebook} />
          <RuleFields fields={flow.fields} />
        </>
      )}
    </Page>
  )
}
