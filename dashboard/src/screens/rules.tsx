import { useState } from 'react'
import { Link } from 'wouter'
import type { FlowRules, Rules } from '../../../src/api/v1/schemas/rules.ts'
import type { SigningItem, SigningList } from '../../../src/api/v1/schemas/signatures.ts'
import { useGet, useSend } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session/session.tsx'
import { Badge } from '../ui/badge.tsx'
import { DryRunButton } from '../ui/dry-run.tsx'
import { Field } from '../ui/field.tsx'
import { useFilters } from '../ui/filters.tsx'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { RuleFields, Rulebook } from '../ui/rulebook.tsx'
import { Empty, Loaded } from '../ui/states.tsx'
import { When } from '../ui/time.tsx'
import { tellDone, tellError } from '../ui/toasts.tsx'
import { t } from '../words/words.ts'

/** The rulebook of each flow: what is open in it, and whether both owners signed it. */
export function RulesScreen() {
  const query = useGet<Rules>('/rules')
  return <Loaded query={query}>{(rules) => <Shown rules={rules} />}</Loaded>
}

function Shown({ rules }: { rules: Rules }) {
  const filters = useFilters()
  const signings = useGet<SigningList>('/rules/signatures').data?.items ?? []
  const flow = rules.flows.find((one) => one.flow === filters.values.flow) ?? rules.flows[0]
  const signing = signings.find((one) => one.flow === flow?.flow)
  const findings = rules.file.changed ? rules.file.findings : rules.findings
  const questions = rules.file.questions.filter((question) => question.flow === flow?.flow)
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
      {rules.file.changed && (
        <Note tone="warn">
          {t.fileChanged} <Link href={paths.rulesVersions({ to: 'file' })}>{t.showDifference}</Link>
        </Note>
      )}
      {findings.map((finding) => (
        <Note
          key={`${finding.line} ${finding.code} ${finding.message}`}
          tone={finding.severity === 'error' ? 'bad' : 'warn'}
        >
          {finding.message} {finding.cure}{' '}
          <code>
            {finding.file}:{finding.line}:{finding.column}
          </code>
        </Note>
      ))}
      <nav className="tabs" aria-label={t.flow}>
        {rules.flows.map((one) => (
          <Link key={one.flow} href={paths.rules({ flow: one.flow })} aria-current={one === flow ? 'page' : undefined}>
            {one.flow}
            {one.questions.length > 0 && ` (${one.questions.length})`}
          </Link>
        ))}
      </nav>
      {flow ? (
        <>
          {signing && <Signing key={signing.fingerprint} signing={signing} />}
          {(questions.length > 0 ? questions : flow.questions).map((question) => (
            <Question key={question.setting} question={question} />
          ))}
          <DryRunButton flow={flow.flow} />
          <Rulebook sections={flow.rulebook} />
          <RuleFields fields={flow.fields} />
        </>
      ) : (
        <Empty title={t.noRules} />
      )}
    </Page>
  )
}

function Question({ question }: { question: FlowRules['questions'][number] }) {
  const { may } = useSession()
  const [answer, setAnswer] = useState('')
  const give = useSend<object>('POST', '/rules/answer')
  const mayAnswer = may(question.role === 'business' ? 'decide' : 'operate', question.flow)
  return (
    <form
      className="card"
      onSubmit={(event) => {
        event.preventDefault()
        give.mutate(
          { flow: question.flow, setting: question.setting, answer },
          { onSuccess: () => tellDone(t.answerKept), onError: tellError },
        )
      }}
    >
      <fieldset disabled={!mayAnswer}>
        <legend>{question.question}</legend>
        <p className="small soft">
          {t.openQuestion} · {question.owner ?? t.ownerRoles[question.role]} ·{' '}
          <code>
            {question.file}:{question.line}
          </code>
        </p>
        {question.options.map((option) => (
          <label className="choice" key={option.answer}>
            <input
              type="radio"
              name={question.setting}
              checked={answer === option.answer}
              onChange={() => setAnswer(option.answer)}
            />
            <span>
              <span className="strong">{option.answer}</span>
              <br />
              <span className="soft">{option.means}</span>
            </span>
          </label>
        ))}
        {question.options.length === 0 && (
          <Field label={t.answer}>
            <input value={answer} onChange={(event) => setAnswer(event.target.value)} />
          </Field>
        )}
      </fieldset>
      {mayAnswer && (
        <div className="actions">
          <button type="submit" className="button main-act" disabled={answer === '' || give.isPending}>
            {t.giveAnswer}
          </button>
        </div>
      )}
    </form>
  )
}

function Signing({ signing }: { signing: SigningItem }) {
  const { who } = useSession()
  return (
    <section className="card" aria-label={t.signatures}>
      <div className="row between">
        <h2>{t.signatures}</h2>
        {signing.signed ? <Badge word="signed" /> : <Badge word="waiting" label={t.notSigned} />}
      </div>
      {signing.why !== null && <p className="soft">{signing.why}</p>}
      <div className="two">
        {(['business', 'technical'] as const).map((as) => {
          const owner = signing[as]
          return (
            <div className="side-value" key={as}>
              <span className="soft small">{t.ownerRoles[as]}</span>
              <span className="strong">{owner.name}</span>
              {owner.said === null ? (
                <span className="soft">{t.saidNothing}</span>
              ) : (
                <span>
                  <Badge word={owner.said.verdict} /> <When at={owner.said.at} />
                  {owner.said.comment !== null && <p>“{owner.said.comment}”</p>}
                </span>
              )}
              {owner.said?.verdict !== 'signed' && owner.email.toLowerCase() === who.email.toLowerCase() && (
                <Sign flow={signing.flow} fingerprint={signing.fingerprint} as={as} />
              )}
            </div>
          )
        })}
      </div>
      {signing.history.length > 0 && (
        <details>
          <summary>{t.history}</summary>
          <ul className="stack tight">
            {signing.history.map((word) => (
              <li key={`${word.at} ${word.as}`}>
                {word.name} <Badge word={word.verdict} /> <code>{word.fingerprint.slice(0, 12)}</code>{' '}
                <When at={word.at} /> {word.comment}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

function Sign({ flow, fingerprint, as }: { flow: string; fingerprint: string; as: 'business' | 'technical' }) {
  const [comment, setComment] = useState('')
  const say = useSend<{ verdict: 'sign' | 'refuse'; body: object }>('POST', ({ verdict }) => `/rules/${verdict}`, {
    bodyOf: ({ body }) => body,
  })
  const give = (verdict: 'sign' | 'refuse') =>
    say.mutate(
      { verdict, body: { flow, fingerprint, as, ...(comment.trim() !== '' && { comment: comment.trim() }) } },
      { onSuccess: () => tellDone(verdict === 'sign' ? t.signedNow : t.refusedNow), onError: tellError },
    )
  return (
    <div className="stack">
      <Field label={t.comment}>
        <textarea rows={2} value={comment} onChange={(event) => setComment(event.target.value)} />
      </Field>
      <div className="actions">
        <button type="button" className="button main-act" disabled={say.isPending} onClick={() => give('sign')}>
          {t.sign}
        </button>
        <button
          type="button"
          className="button danger"
          disabled={say.isPending || comment.trim() === ''}
          title={t.refuseNeedsComment}
          onClick={() => give('refuse')}
        >
          {t.refuse}
        </button>
      </div>
    </div>
  )
}
