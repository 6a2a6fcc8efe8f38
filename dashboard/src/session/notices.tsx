import { call } from '../api/call.ts'
import { useSend } from '../api/queries.ts'
import { Note } from '../ui/note.tsx'
import { When } from '../ui/time.tsx'
import { tellError } from '../ui/toasts.tsx'
import { t } from '../words/words.ts'
import { useSession } from './session.tsx'

/** What others did to one's account, or in one's name, until one says that one has seen it. */
export function Notices() {
  const { notices } = useSession().session
  const see = useSend(call('POST /notices/seen'))
  const [newest] = notices
  if (newest === undefined) return null
  return (
    <Note tone="warn">
      <ul className="stack tight">
        {notices.map((one) => (
          <li key={one.id}>
            {t.noticeKinds[one.kind](one.by, one.subject)} <When at={one.at} />
          </li>
        ))}
      </ul>
      <p>{t.noticesMean}</p>
      <button type="button" className="button" onClick={() => see.mutate({ up_to: newest.id }, { onError: tellError })}>
        {t.seenIt}
      </button>
    </Note>
  )
}
