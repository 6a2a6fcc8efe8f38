import { useState } from 'react'
import type { SigningItem } from '../../../src/api/v1/schemas/signatures.ts'
import { type BodyOf, call } from '../api/call.ts'
import { useSend } from '../api/queries.ts'
import { useSession } from '../session/session.tsx'
import { t } from '../words/words.ts'
import { Badge } from './badge.tsx'
import { Field } from './field.tsx'
import { Note } from './note.tsx'
import { absolute, When } from './time.tsx'
import { tellDone, tellError } from './toasts.tsx'

/** Who has signed these rules of a flow and who is missing; an owner signs or refuses them here. */
export function Signing({ signing, title }: { signing: SigningItem; title: string }) {
  const { who } = useSession()
  return (
    <section className="card" aria-label={title}>
      <div className="row between">
        <h2>{title}</h2>
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
      {signing.holds.map((hold) => (
        <Held key={hold.account} hold={hold} />
      ))}
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

/** Somebody got a new password by a link of another's making, and does not sign yet. */
function Held({ hold }: { hold: SigningItem['holds'][number] }) {
  const confirm = useSend(call('POST /people/{id}/confirm', { path: { id: hold.account } }))
  return (
    <Note tone="warn">
      {t.heldBecause(hold.name, hold.by)} {hold.until === null ? t.heldForOther : t.heldUntil(absolute(hold.until))}
      {hold.confirm && (
        <p>
          <button
            type="button"
            className="button"
            disabled={confirm.isPending}
            onClick={() => confirm.mutate({ since: hold.since }, { onError: tellError })}
          >
            {t.confirmPerson(hold.name)}
          </button>
        </p>
      )}
    </Note>
  )
}

function Sign({ flow, fingerprint, as }: { flow: string; fingerprint: string; as: 'business' | 'technical' }) {
  const [comment, setComment] = useState('')
  const say = useSend(
    ({ verdict }: { verdict: 'sign' | 'refuse'; body: BodyOf<'POST /rules/sign'> }) => call(`POST /rules/${verdict}`),
    { bodyOf: ({ body }) => body },
  )
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
