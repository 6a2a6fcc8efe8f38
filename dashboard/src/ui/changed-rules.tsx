import { Link } from 'wouter'
import type { Rules } from '../../../src/api/v1/schemas/rules.ts'
import type { SigningItem } from '../../../src/api/v1/schemas/signatures.ts'
import { call } from '../api/call.ts'
import { useGet } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { t } from '../words/words.ts'
import { DryRunButton } from './dry-run.tsx'
import { Note } from './note.tsx'
import { FileLines, SentenceDiff } from './rule-diff.tsx'
import { Signing } from './signing.tsx'
import { Loaded } from './states.tsx'
import { short } from './time.tsx'

/** A file that was saved again is compared anew. */
const LOOK_MS = 5_000

/** That the contract's file is not what runs, and what it waits for. */
export function ChangedFile({ file, proposed }: { file: Rules['file']; proposed: readonly SigningItem[] }) {
  const waiting = file.waits_for === 'signatures' ? proposed.filter(({ signed }) => !signed) : []
  return (
    <>
      <Note tone={file.waits_for === 'mending' ? 'bad' : file.waits_for === 'taking up' ? 'good' : 'warn'}>
        <strong>{t.fileChanged(file.saved === null ? '–' : short(file.saved))}</strong> {t.fileWaits[file.waits_for]}{' '}
        {waiting.map(({ flow }, index) => (
          <span key={flow}>
            {index > 0 && ', '}
            <Link href={paths.rules({ flow })}>{flow}</Link>
          </span>
        ))}
        {waiting.length > 0 && '. '}
        {file.fingerprint !== null && (
          <Link href={paths.rulesVersions({ from: 'running', to: 'file' })}>{t.showDifference}</Link>
        )}
      </Note>
      <Findings findings={file.findings} />
    </>
  )
}

/** Problems of a contract, each with its place and its cure. */
export const Findings = ({ findings }: { findings: Rules['findings'] }) =>
  findings.map((finding) => (
    <Note
      key={`${finding.line} ${finding.code} ${finding.message}`}
      tone={finding.severity === 'error' ? 'bad' : 'warn'}
    >
      {finding.message} {finding.cure}{' '}
      <code>
        {finding.file}:{finding.line}:{finding.column}
      </code>
    </Note>
  ))

/** Rules of a flow that the file has by now: what they say otherwise, what they would change, and who signs them. */
export function NewRules({ signing, rules }: { signing: SigningItem; rules: 'new' | 'changed' }) {
  const query = useGet(call('GET /rules/diff', { query: { from: 'running', to: 'file' } }), { everyMs: LOOK_MS })
  return (
    <>
      <section className="card" aria-label={t.newRules}>
        <h2>{t.newRules}</h2>
        <p className="soft">{rules === 'new' ? t.notYetRunning : t.newRulesMean}</p>
        <Loaded query={query}>
          {(diff) => {
            const flow = diff.flows.find((one) => one.flow === signing.flow)
            return (
              <>
                {flow ? <SentenceDiff flow={flow} /> : <p>{t.sameSentences}</p>}
                {diff.lines.length > 0 && (
                  <details>
                    <summary>{t.lines}</summary>
                    <FileLines lines={diff.lines} />
                  </details>
                )}
              </>
            )
          }}
        </Loaded>
      </section>
      <DryRunButton flow={signing.flow} file />
      <Signing signing={signing} title={`${t.newRules}: ${t.signatures}`} />
    </>
  )
}
