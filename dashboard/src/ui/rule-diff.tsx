import type { RuleDiff } from '../../../src/api/v1/schemas/rules.ts'
import { t } from '../words/words.ts'

/** What two versions of the rules of a flow say differently. */
export const SentenceDiff = ({ flow }: { flow: RuleDiff['flows'][number] }) => (
  <>
    {flow.removed.map((sentence) => (
      <p key={sentence}>
        <span className="badge bad">{t.before}</span> {sentence}
      </p>
    ))}
    {flow.added.map((sentence) => (
      <p key={sentence}>
        <span className="badge good">{t.after}</span> {sentence}
      </p>
    ))}
  </>
)

/** The lines of the file that differ. */
export const FileLines = ({ lines }: { lines: RuleDiff['lines'] }) => (
  <pre className="diff" tabIndex={0} aria-label={t.lines}>
    {lines.map((line) => (
      <span key={`${line.before} ${line.after}`} className={{ ' ': '', '+': 'plus', '-': 'minus' }[line.sign]}>
        {line.sign} {line.text}
      </span>
    ))}
  </pre>
)
