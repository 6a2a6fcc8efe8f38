import type { FieldRule, Section } from '../../../src/api/v1/schemas/flows.ts'
import { t } from '../words/words.ts'
import { Table } from './table.tsx'

/** The rules in sentences. */
export const Rulebook = ({ sections }: { sections: readonly Section[] }) => (
  <section className="card">
    <h2>{t.rulebook}</h2>
    {sections.map(({ section, sentences }) => (
      <div key={section} className="stack tight">
        <h3>{t.sections[section]}</h3>
        <ul className="sentences">
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </div>
    ))}
  </section>
)

/** Who owns each field, and where it goes. */
export const RuleFields = ({ fields }: { fields: readonly FieldRule[] }) => (
  <section className="card flush">
    <h2>{t.whoOwns}</h2>
    <Table
      label={t.whoOwns}
      rows={fields}
      keyOf={(row) => row.field}
      columns={[
        { head: t.field, cell: (row) => <span className="strong nowrap">{row.field}</span> },
        {
          head: t.owner,
          cell: (row) => <span className="nowrap">{row.owner === 'shared' ? t.shared : row.owner}</span>,
        },
        { head: t.way, cell: (row) => row.way },
        { head: t.type, cell: (row) => (row.required ? `${row.type}, ${t.required}` : row.type) },
        {
          head: t.columns,
          cell: (row) => (
            <span className="small soft">
              {Object.entries(row.columns)
                .map(([system, column]) => `${system}: ${column}`)
                .join(' · ')}
            </span>
          ),
        },
      ]}
    />
  </section>
)
