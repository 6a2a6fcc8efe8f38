import { FlaskConical } from 'lucide-react'
import { call } from '../api/call.ts'
import { useSend } from '../api/queries.ts'
import { Figures } from './figures.tsx'
import { Note } from './note.tsx'
import { Table } from './table.tsx'
import { tellError } from './toasts.tsx'
import { Change } from './value.tsx'
import { number } from './time.tsx'
import { t } from '../words/words.ts'

/** What the rules, those that run or those of the file, would change on real records now; nothing is written. */
export function DryRunButton({ flow, file = false }: { flow: string; file?: boolean }) {
  const run = useSend(call('POST /rules/dry-run'), { quiet: true })
  const found = run.data?.flow === flow ? run.data : undefined
  return (
    <section className="card">
      <div className="row between">
        <h2>{t.dryRun}</h2>
        <button
          type="button"
          className="button"
          disabled={run.isPending}
          onClick={() => run.mutate({ flow, file }, { onError: tellError })}
        >
          <FlaskConical size={15} aria-hidden /> {run.isPending ? t.looking : t.tryRules}
        </button>
      </div>
      <p className="soft">{file ? t.dryRunMeans : t.dryRunNow}</p>
      {found && (
        <div className="stack" role="status">
          {found.message !== null && <Note tone="warn">{found.message}</Note>}
          <Figures
            items={[
              { label: t.read, value: found.counts.read },
              { label: t.created, value: found.counts.created },
              { label: t.updated, value: found.counts.updated },
              { label: t.deleted, value: found.counts.deleted },
              { label: t.conflicts, value: found.counts.conflicts },
            ]}
          />
          {found.operations.length > 0 && (
            <Table
              label={t.effect}
              rows={found.operations.map((operation, index) => ({ ...operation, index }))}
              keyOf={(operation) => operation.index}
              columns={[
                { head: t.record, cell: (operation) => operation.title },
                { head: t.system, cell: (operation) => operation.system },
                { head: t.what, cell: (operation) => t.whats[operation.kind] },
                {
                  head: t.change,
                  cell: (operation) =>
                    operation.fields.map((field) => (
                      <div key={field.field}>
                        <Change {...field} legend={operation} />
                      </div>
                    )),
                },
              ]}
            />
          )}
          {found.cases.map((one) => (
            <p key={`${one.title} ${one.sentence}`}>
              <span className="badge warn">{t.caseKinds[one.kind]}</span> {one.title}: {one.sentence}
            </p>
          ))}
          {found.cases_more > 0 && <p className="soft">{t.andMore(number(found.cases_more))}</p>}
        </div>
      )}
    </section>
  )
}
