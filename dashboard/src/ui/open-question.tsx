import { useState } from 'react'
import type { FlowRules } from '../../../src/api/v1/schemas/rules.ts'
import { call } from '../api/call.ts'
import { useSend } from '../api/queries.ts'
import { useSession } from '../session/session.tsx'
import { t } from '../words/words.ts'
import { Field } from './field.tsx'
import { tellDone, tellError } from './toasts.tsx'

/** A question that the contract leaves open; who may answer it does so into the file. */
export function OpenQuestion({ question }: { question: FlowRules['questions'][number] }) {
  const { may } = useSession()
  const [answer, setAnswer] = useState('')
  const give = useSend(call('POST /rules/answer'))
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
