import type { PlayRow } from '../../../src/api/v1/schemas/playground.ts'
import { call } from '../api/call.ts'
import { useSend } from '../api/queries.ts'
import { t } from '../words/words.ts'
import { Dialog, hasFocusFirst } from './dialog.tsx'
import { tellDone, tellError } from './toasts.tsx'

interface DeleteRowProps {
  readonly system: string
  readonly row: PlayRow
  readonly table: string
  readonly close: () => void
  /** Once the row is gone, and with it what the focus was on. */
  readonly gone: () => void
}

/** Asks before a row is deleted, and says who decides what follows. */
export function DeleteRow({ system, table, row, close, gone }: DeleteRowProps) {
  const remove = useSend(call('DELETE /playground/{system}/{table}/{id}', { path: { system, table, id: row.id } }))
  return (
    <Dialog title={t.deleteRow(system, row.id)} close={close}>
      <p>{Object.values(row.values).slice(1, 4).filter(Boolean).join(' · ')}</p>
      <p className="soft">{t.deleteRowMeans}</p>
      <div className="actions">
        <button
          type="button"
          className="button danger"
          disabled={remove.isPending}
          onClick={() =>
            remove.mutate(null, {
              onSuccess: () => {
                tellDone(t.rowDeleted(system, row.id))
                gone()
              },
              onError: (error) => {
                tellError(error)
                close()
              },
            })
          }
        >
          {t.delete}
        </button>
        <button type="button" className="button" ref={hasFocusFirst} onClick={close}>
          {t.cancel}
        </button>
      </div>
    </Dialog>
  )
}
