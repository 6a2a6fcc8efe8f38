/** Contracts that are too large to be kept as files, or only large. */

const flow = (where: string, name: string): string => `concordat: 1
company: X
timezone: Europe/Madrid
people: { ana: { name: A, email: a@b.example } }
systems: { erp: { connector: postgres, url: "x" }, crm: { connector: postgres, url: "x" } }
flows:
  things:
    owners: { business: ana, technical: ana }
    master: erp
    records: { erp: { table: t, id: id${where} }, crm: { table: t, id: id } }
    fields:
      name: ${name}
`
const PLAIN = '{ type: text, erp: a, crm: a }'
const rows = (count: number, row: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => row(i)).join('')

export const LARGE_CONTRACTS: Readonly<Record<string, string>> = {
  'brackets without end': '['.repeat(3_000),
  'maps in maps': rows(400, (i) => `${' '.repeat(i)}a:\n`),
  'a key of 200,000 characters': `${'k'.repeat(200_000)}: 1\n`,
  '8,000 keys': rows(8_000, (i) => `k${i}: {}\n`),
  'a quote without end': `concordat: "${'x'.repeat(100_000)}\n`,
  'a block of 20,000 lines': `concordat: |\n${'  line\n'.repeat(20_000)}`,
  '5,000 anchors': rows(5_000, (i) => `k${i}: &a${i} x\n`),
  'a filter in 3,000 brackets': flow(`, where: "${'('.repeat(3_000)}a = 1${')'.repeat(3_000)}"`, PLAIN),
  'a filter of 4,000 alternatives': flow(`, where: "${Array(4_000).fill('a = 1').join(' or ')}"`, PLAIN),
  'a filter that lists 50,000 values': flow(`, where: "a in (${Array(50_000).fill("'x'").join(',')})"`, PLAIN),
  'an expression in 1,500 brackets': flow(
    '',
    `{ type: text, erp: { read: "${'('.repeat(1_500)}a${')'.repeat(1_500)}" }, crm: a }`,
  ),
  'an expression of 100,000 characters': flow('', `{ type: text, erp: { read: "${'a + '.repeat(25_000)}a" }, crm: a }`),
  'a table of 3,000 values': flow(
    '',
    `{ type: choice, erp: { column: a, values: { ${rows(3_000, (i) => `v${i}: m${i}, `)} } }, crm: a }`,
  ),
  'names of 5,000 letters': `concordat: 1\nsystems: { ${'é'.repeat(5_000)}: { connector: postgres } }\n`,
  'more than a megabyte': '# comment\n'.repeat(150_000),
}
