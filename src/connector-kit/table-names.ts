import { ConcordatError } from '../model/errors.ts'

/*
 * Names of tables as contracts write them: `customers` in the place where names without schema are looked for,
 * `sales.customers` in a schema. A part with a point in it stands in double quotes: `"sales.customers"` is a table of that
 * very name. What could be either is neither, because taking the wrong one writes into a stranger's table.
 */

export interface NamedTable {
  readonly schema: string
  readonly relation: string
  /** Found without naming its schema. */
  readonly here: boolean
}

const QUOTED = /^(?:"((?:[^"]|"")+)"|([^".]+))(?:\.(?:"((?:[^"]|"")+)"|([^"]+)))?$/

/** The name of a table in a contract; `here`: it is found without its schema. */
export function tableLabel({ schema, relation, here }: NamedTable): string {
  const part = (name: string) => (/[."]/.test(name) ? quoted(name) : name)
  return here ? part(relation) : `${part(schema)}.${part(relation)}`
}

/** Names that tables with these names in a contract may have without their schema. */
export function relationsOf(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const parts = quotedParts(name)
    return parts === null ? [name, name.slice(name.indexOf('.') + 1)] : [parts.relation]
  })
}

/** The table that a name in a contract means; undefined when there is none. Throws where it could be several. */
export function tableNamed<T extends NamedTable>(tables: readonly T[], name: string): T | undefined {
  const parts = quotedParts(name)
  if (parts !== null) {
    const { schema, relation } = parts
    return tables.find((one) => one.relation === relation && (schema === null ? one.here : one.schema === schema))
  }
  if (!name.includes('.')) return tables.find((one) => one.here && one.relation === name)
  const inSchema = tables.filter((one) => `${one.schema}.${one.relation}` === name)
  const literal = tables.filter((one) => one.here && one.relation === name)
  const possible = [...inSchema, ...literal]
  if (literal.length === 0 && inSchema.length < 2) return inSchema[0]
  const written = possible.map(({ schema, relation }) => `${quoted(schema)}.${quoted(relation)}`)
  throw new ConcordatError(
    'connector.no-such-object',
    possible.length > 1
      ? `The table ${name} may be ${written.join(' or ')}.`
      : `There is no table ${name} in a schema of that name, but one that is itself called so: ${written[0]}.`,
    { cure: `Write ${written.map((one) => `'${one}'`).join(' or ')} as its name, with the double quotes.` },
  )
}

function quotedParts(name: string): { schema: string | null; relation: string } | null {
  if (!name.includes('"')) return null
  const [, firstQuoted, first, secondQuoted, second] = QUOTED.exec(name) ?? []
  const plain = (inQuotes: string | undefined, bare: string | undefined) => inQuotes?.replaceAll('""', '"') ?? bare
  const [a, b] = [plain(firstQuoted, first), plain(secondQuoted, second)]
  if (a === undefined) return null
  return b === undefined ? { schema: null, relation: a } : { schema: a, relation: b }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
