import { useState } from 'react'
import { encode } from 'uqr'
import { call } from '../api/call.ts'
import { useGet, useSend } from '../api/queries.ts'
import { CodeField } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { Loaded } from '../ui/states.tsx'
import { When } from '../ui/time.tsx'
import { tellError } from '../ui/toasts.tsx'
import { t } from '../words/words.ts'

/** The second factor of one's own account: adding it, taking it away, codes for when the device is lost. */
export function SecondFactor() {
  const query = useGet(call('GET /second-factor'))
  const propose = useSend(call('POST /second-factor'), { bodyOf: () => null })
  const begin = useSend(call('POST /second-factor/begin'))
  const renew = useSend(call('POST /second-factor/recovery-codes'), { bodyOf: () => null })
  const end = useSend(call('DELETE /second-factor'), { bodyOf: () => null })
  const [code, setCode] = useState('')
  const codes = renew.data?.codes ?? begin.data?.codes
  return (
    <section className="card">
      <h2>{t.secondFactor}</h2>
      <p className="soft">{t.secondFactorMeans}</p>
      <Loaded query={query}>
        {({ since, recovery_codes: left }) => (
          <div className="stack">
            {codes && since !== null && (
              <Note tone="good">
                {t.recoveryOnce}
                <ul className="stack tight">
                  {codes.map((one) => (
                    <li key={one}>
                      <code>{one}</code>
                    </li>
                  ))}
                </ul>
              </Note>
            )}
            {since === null && !propose.data && (
              <div>
                <button type="button" className="button" onClick={() => propose.mutate(null, { onError: tellError })}>
                  {t.addSecondFactor}
                </button>
              </div>
            )}
            {since === null && propose.data && (
              <form
                className="stack"
                onSubmit={(event) => {
                  event.preventDefault()
                  begin.mutate({ code }, { onSuccess: () => setCode(''), onError: tellError })
                }}
              >
                <p>{t.scanThis}</p>
                <Picture text={propose.data.uri} />
                <p>
                  {t.orType} <code>{propose.data.secret}</code>
                </p>
                <CodeField value={code} onChange={setCode} />
                <div>
                  <button type="submit" className="button main-act">
                    {t.addSecondFactor}
                  </button>
                </div>
              </form>
            )}
            {since !== null && (
              <>
                <p>
                  {t.secondFactorSince} <When at={since} /> · {t.recoveryLeft(left)}
                </p>
                <div className="row">
                  <button type="button" className="button" onClick={() => renew.mutate(null, { onError: tellError })}>
                    {t.newRecoveryCodes}
                  </button>
                  <button
                    type="button"
                    className="button danger"
                    onClick={() => end.mutate(null, { onError: tellError })}
                  >
                    {t.removeSecondFactor}
                  </button>
                </div>
              </>
            )}
          </div>
        )}
      </Loaded>
    </section>
  )
}

/** A QR code, dark on light whatever the colours of the page. */
function Picture({ text }: { text: string }) {
  const { data, size } = encode(text, { border: 2 })
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return (
    <svg viewBox={`0 0 ${size} ${size}`} width="200" height="200" role="img" aria-label={t.qrCode}>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
