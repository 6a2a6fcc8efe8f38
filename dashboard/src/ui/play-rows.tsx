import { Plus, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import type { Playground, PlayRow } from '../../../src/api/v1/schemas/playground.ts'
import { call } from '../api/call.ts'
import { useGet } from '../api/queries.ts'
import { useSession } from '../session/session.tsx'
import { t } from '../words/words.ts'
import { DeleteRow } from './delete-row.tsx'
import { NewRow } from './new-row.tsx'
import { PlayCell } from './play-cell.tsx'
import { playValue } from './play-input.tsx'
import { Loaded } from './states.tsx'
import { number } from './time.tsx'

type PlayTable = Playground['systems'][number]['tables'][number]

/** The rows of a table, latest change first; who may operate its flow edits them where they stand. */
export function PlayRows({ system, table, q }: { system: string; table: PlayTable; q: string }) {
  const place = { system, table: table.table }
  const query = useGet(call('GET /playground/{system}/{table}', { path: place, query: { q, limit: 20 } }))
  const mayEdit = useSession().may('operate', table.flow)
  const region = useRef<HTMLDivElement>(null)
  const [making, setMaking] = useState(false)
  const [deleting, setDeleting] = useState<PlayRow | null>(null)
  return (
    <Loaded query={query}>
      {({ items, total }) => (
        <>
          <div className="scroll play" role="region" aria-label={`${system}: ${table.table}`} tabIndex={0} ref={region}>
            <table>
              <thead>
                <tr>
                  {mayEdit && (
                    <th scope="col">
                      <span className="hidden-label">{t.acts}</span>
                    </th>
                  )}
                  {table.columns.map((column) => (
                    <th key={column.column} scope="col">
                      {column.column}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {items.map((row) => (
                  <tr key={row.id}>
                    {mayEdit && (
                      <td>
                        <button
                          type="button"
                          className="button plain icon"
                          aria-label={t.deleteRowNumber(row.id)}
                          title={t.deleteRowNumber(row.id)}
                          onClick={() => setDeleting(row)}
                        >
                          <Trash2 size={16} aria-hidden />
                        </button>
                      </td>
                    )}
                    {table.columns.map((column) => (
                      <td key={column.column}>
                        {mayEdit && column.editable ? (
                          <PlayCell
                            place={{ ...place, id: row.id }}
                            column={column}
                            value={row.values[column.column] ?? null}
                          />
                        ) : (
                          <span className={column.editable ? 'cell-text' : 'cell-text soft small nowrap'}>
                            {playValue(column, row.values[column.column] ?? null)}
                          </span>
                        )}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div className="row between play-foot">
            <p className="soft small">{t.rowsOf(number(items.length), number(total))}</p>
            {mayEdit && (
              <button type="button" className="button" onClick={() => setMaking(true)}>
                <Plus size={16} aria-hidden /> {t.newRow}
              </button>
            )}
          </div>
          {making && (
            <NewRow system={system} table={table.table} columns={table.columns} close={() => setMaking(false)} />
          )}
          {deleting !== null && (
            <DeleteRow
              system={system}
              row={deleting}
              table={table.table}
              close={() => setDeleting(null)}
              gone={() => {
                // The dialog is closed by then, and no longer keeps the focus to itself.
                flushSync(() => setDeleting(null))
                region.current?.focus()
              }}
            />
          )}
        </>
      )}
    </Loaded>
  )
}
