import type { ColumnKind, SourceCatalogue, SourceColumn, SourceObject } from '../src/contract/proposal/catalogue.ts'

/*
 * A catalogue like that of a large business application: hundreds of tables of everything that such a thing has a word for, each
 * with columns by the dozen, pointing to one another by foreign keys and by names. The same seed makes the same catalogue.
 */

const NOUNS = (
  'customer product order invoice supplier employee contact category warehouse payment shipment price ticket subscription project ' +
  'quote account item line detail bank tax country currency unit rule group template tag stage team campaign lead event location ' +
  'lot route picking move package carrier journal entry period budget asset contract task timesheet attachment message user role'
).split(' ')
const QUALIFIERS =
  'sale purchase stock account hr crm mail base product project website fleet pos mrp survey helpdesk'.split(' ')
const WORDS = (
  'name code email phone mobile street city zip state country vat website title note description active date due amount total net ' +
  'tax price cost quantity discount weight volume color sequence reference origin priority company language currency barcode'
).split(' ')
const KINDS: readonly ColumnKind[] = [
  'text',
  'text',
  'integer',
  'decimal',
  'boolean',
  'date',
  'local timestamp',
  'instant',
]

export function largeCatalogue(tables: number, columns: number, seed: number): SourceCatalogue {
  let state = seed
  const random = (n: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * n)
  }
  const one = <T>(from: readonly T[]): T => from[random(from.length)]!
  const names = new Set<string>()
  for (let n = 0; names.size < tables; n++)
    names.add(
      n < NOUNS.length ? `${NOUNS[n]}s` : `${one(QUALIFIERS)}_${one(NOUNS)}${random(3) === 0 ? `_${one(NOUNS)}` : ''}`,
    )
  const all = [...names]
  const objects = all.map((name): SourceObject => {
    const targets = Array.from({ length: 12 }, () => one(all))
    const used = new Set(['id'])
    const column = (given: string, kind: ColumnKind, key = false): SourceColumn => ({
      name: given,
      kind,
      nullable: !key,
      maxLength: null,
      scale: kind === 'decimal' ? 2 : null,
      hasDefault: key,
      readOnly: false,
    })
    const pointers = targets.flatMap((target) => {
      const from = `${target.replace(/s$/, '')}_id`
      if (used.has(from)) return []
      used.add(from)
      return [{ from, target }]
    })
    const rest: SourceColumn[] = []
    while (rest.length + pointers.length + 1 < columns) {
      const given = `${random(3) === 0 ? `${one(QUALIFIERS)}_` : ''}${one(WORDS)}_${one(WORDS)}${random(4) === 0 ? `_${random(4)}` : ''}`
      if (used.has(given)) continue
      used.add(given)
      rest.push(column(given, one(KINDS)))
    }
    return {
      name,
      columns: [column('id', 'integer', true), ...pointers.map(({ from }) => column(from, 'integer')), ...rest],
      primaryKey: ['id'],
      uniqueKeys: [],
      // Half of them are there by name only, as where an application keeps no foreign keys.
      foreignKeys: pointers
        .filter((_, n) => n % 2 === 0)
        .map(({ from, target }) => ({ columns: [from], object: target, references: ['id'] })),
      estimatedRows: random(100_000),
      isView: false,
    }
  })
  return { objects }
}
