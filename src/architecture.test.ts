/**
 * Holds the shape that docs/architecture.md describes. A new layer, or a new permission, is a decision: it gets a
 * line here and a record in docs/decisions/.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, posix } from 'node:path'

import { describe, expect, test } from 'vitest'

/** From the ground up. A layer may use itself and what it names, and can name only what stands above it here. */
const layers = [
  { name: 'model', uses: [] },
  { name: 'contract', uses: ['model'] },
  { name: 'merge', uses: ['model', 'contract'] },
  { name: 'connector-kit', uses: ['model'] },
  { name: 'connectors', uses: ['model', 'connector-kit'] },
  { name: 'store', uses: ['model'] },
  { name: 'engine', uses: ['model', 'contract', 'merge', 'connector-kit', 'store'] },
  { name: 'notify', uses: ['model', 'contract', 'store'] },
  { name: 'queue', uses: ['model', 'store'] },
  { name: 'service', uses: ['model', 'contract', 'connector-kit', 'store', 'queue', 'engine'] },
  { name: 'demo', uses: ['model', 'contract', 'store'] },
  {
    name: 'application.ts',
    uses: ['model', 'contract', 'connector-kit', 'store', 'engine', 'notify', 'service'],
  },
  {
    name: 'open-app',
    uses: [
      'application.ts',
      'model',
      'contract',
      'merge',
      'connector-kit',
      'connectors',
      'store',
      'engine',
      'notify',
      'queue',
      'service',
    ],
  },
  { name: 'app.ts', uses: ['contract', 'application.ts', 'open-app'] },
  { name: 'api', uses: ['model', 'contract', 'store', 'service', 'app.ts'] },
  { name: 'serve.ts', uses: ['model', 'service', 'app.ts', 'api'] },
  { name: 'cli', uses: ['model', 'contract', 'demo', 'app.ts', 'serve.ts'] },
] as const satisfies readonly { name: string; uses: readonly string[] }[]

/** Layers that are divided into rooms, from the ground up as above. `.` is what stands at the top of the layer. */
const rooms = {
  contract: [
    { name: '.', uses: [] },
    { name: 'expression', uses: ['.'] },
    { name: 'schedule', uses: ['.'] },
    { name: 'settings', uses: ['.'] },
    { name: 'mapping', uses: ['.', 'expression'] },
    { name: 'schema', uses: ['.', 'schedule'] },
    { name: 'text', uses: ['.', 'schema'] },
    { name: 'wording', uses: ['.', 'expression', 'schedule', 'schema'] },
    { name: 'reading', uses: ['.', 'expression', 'schedule', 'settings', 'mapping', 'schema', 'text', 'wording'] },
    { name: 'proposal', uses: ['.', 'wording'] },
  ],
  store: [
    { name: 'database', uses: [] },
    { name: 'embedded', uses: [] },
    { name: 'log', uses: ['database'] },
    { name: 'cases', uses: ['database', 'log'] },
    { name: 'systems', uses: ['database'] },
    { name: 'agreements', uses: ['database'] },
    { name: 'access', uses: ['database'] },
    { name: 'alerts', uses: ['database'] },
    { name: 'state', uses: ['database', 'log', 'cases'] },
    { name: 'service', uses: ['database', 'cases'] },
    { name: '.', uses: ['database', 'embedded'] },
  ],
} as const satisfies Readonly<Record<string, readonly { name: string; uses: readonly string[] }[]>>

/** Packages that are one layer's own business: everybody else asks that layer. */
const confined: Readonly<Record<string, readonly string[]>> = {
  pg: ['store', 'connectors/sql/postgres', 'demo'],
  'pg-copy-streams': ['store', 'connectors/sql/postgres', 'demo'],
  mysql2: ['connectors/sql/mysql'],
  yaml: ['contract'],
  diff: ['contract'],
  zod: ['contract', 'api'],
  '@marcbachmann/cel-js': ['contract', 'model'],
  undici: ['connector-kit/http'],
  'ipaddr.js': ['connector-kit/http'],
  'http-link-header': ['connectors/rest'],
  re2js: ['contract'],
  'libphonenumber-js': ['model'],
  stdnum: ['model'],
  'i18n-iso-countries': ['model', 'contract'],
  'big.js': ['model'],
  'temporal-polyfill': ['model'],
  nodemailer: ['notify'],
  standardwebhooks: ['notify'],
  'pg-boss': ['queue'],
  pino: ['service'],
  '@opentelemetry/sdk-trace': ['service'],
  '@opentelemetry/context-async-hooks': ['service'],
  '@opentelemetry/exporter-trace-otlp-http': ['service'],
  fastify: ['api'],
  negotiator: ['api'],
  'fastify-type-provider-zod': ['api'],
  '@fastify/swagger': ['api'],
  '@fastify/cookie': ['api'],
  '@fastify/static': ['api'],
  helmet: ['api'],
  '@fastify/rate-limit': ['api'],
  otpauth: ['api'],
  '@zxcvbn-ts/core': ['api'],
  'openid-client': ['api'],
  '@opentelemetry/sdk-metrics': ['api'],
  '@opentelemetry/exporter-prometheus': ['api'],
  commander: ['cli'],
  '@clack/prompts': ['cli'],
}

/** Folders whose files still know each other's types; to be untangled, and not to grow. */
const KNOWN_CIRCLES = ['engine', 'connectors/sql']

interface Import {
  readonly file: string
  /** A path below src/ for our own files, otherwise as it is written. */
  readonly target: string
  readonly ours: boolean
}

const source = import.meta.dirname
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'))
const product = files.filter((file) => !file.endsWith('.test.ts'))
const text = new Map(files.map((file) => [file, readFileSync(join(source, file), 'utf8')]))
const imports = product.flatMap(importsOf)

function importsOf(file: string): Import[] {
  const statements =
    /(?:^|[\s;}])(?:import|export)\s[^'"();]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g
  return [...(text.get(file) ?? '').matchAll(statements)].map(([, from, bare]) => {
    const written = from ?? bare ?? ''
    const ours = written.startsWith('.')
    return { file, ours, target: ours ? posix.join(posix.dirname(file), written) : written }
  })
}

/** Sets of files that import each other, directly or through others. */
function circles(): string[][] {
  const next = new Map<string, readonly string[]>()
  for (const file of product)
    next.set(
      file,
      imports.filter((one) => one.ours && one.file === file).map((one) => one.target),
    )
  const reached = new Map(
    product.map((start) => {
      const seen = new Set<string>()
      const open = [...(next.get(start) ?? [])]
      for (let file = open.pop(); file !== undefined; file = open.pop()) {
        if (seen.has(file)) continue
        seen.add(file)
        open.push(...(next.get(file) ?? []))
      }
      return [start, seen] as const
    }),
  )
  const inCircle = product.filter((file) => reached.get(file)!.has(file))
  const first = (file: string): boolean =>
    inCircle.find((other) => reached.get(file)!.has(other) && reached.get(other)!.has(file)) === file
  return inCircle
    .filter(first)
    .map((file) => inCircle.filter((other) => reached.get(file)!.has(other) && reached.get(other)!.has(file)))
}

const layerOf = (path: string): string => path.split('/')[0] ?? path
const within = (file: string, place: string): boolean => file.startsWith(`${place}/`)
const packageOf = (target: string): string =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
const written = ({ file, target }: Import): string => `${file} imports ${target}`

describe('layers', () => {
  const below = new Map<string, readonly string[]>(layers.map(({ name, uses }) => [name, uses]))

  test('the reader of imports sees what is there', () => {
    // Were it blind, everything below would pass.
    expect(imports.map(written)).toContain('store/embedded/embedded-server.ts imports model/errors.ts')
    expect(imports.map(written)).toContain('store/embedded/embedded-server.ts imports pg')
    expect(imports.filter(({ ours, target }) => ours && !files.includes(target)).map(written)).toEqual([])
  })

  test('every file of src/ belongs to one', () => {
    expect(product.filter((file) => !below.has(layerOf(file)))).toEqual([])
  })

  test('they can only use what stands before them, so there are no circles', () => {
    layers.forEach(({ name, uses }, position) => {
      const earlier = layers.slice(0, position).map((layer) => layer.name)
      expect(earlier, name).toEqual(expect.arrayContaining([...uses]))
    })
  })

  test('no import goes where its layer may not', () => {
    const wrong = imports.filter(({ file, target, ours }) => {
      const [own, other] = [layerOf(file), layerOf(target)]
      return ours && own !== other && !(below.get(own) ?? []).includes(other)
    })
    expect(wrong.map(written)).toEqual([])
  })

  describe.each(Object.entries(rooms))(
    'the rooms of %s',
    (layer, list: readonly { name: string; uses: readonly string[] }[]) => {
      const known = new Map(list.map(({ name, uses }) => [name, uses]))
      const roomOf = (path: string): string => (path.split('/').length > 2 ? path.split('/')[1]! : '.')

      test('every file belongs to one, and none is empty', () => {
        const own = product.filter((file) => within(file, layer))
        expect(own.filter((file) => !known.has(roomOf(file)))).toEqual([])
        expect(list.filter(({ name }) => !own.some((file) => roomOf(file) === name))).toEqual([])
      })

      test('they can only use what stands before them', () => {
        list.forEach(({ name, uses }, position) => {
          expect(
            list.slice(0, position).map((room) => room.name),
            name,
          ).toEqual(expect.arrayContaining([...uses]))
        })
      })

      test('no import goes where its room may not', () => {
        const wrong = imports.filter(({ file, target }) => {
          if (!within(file, layer) || !within(target, layer)) return false
          return roomOf(file) !== roomOf(target) && known.get(roomOf(file))?.includes(roomOf(target)) !== true
        })
        expect(wrong.map(written)).toEqual([])
      })
    },
  )

  test('no files import each other in a circle, not even types', () => {
    expect(
      circles().filter((circle) => !KNOWN_CIRCLES.some((place) => circle.every((file) => within(file, place)))),
    ).toEqual([])
    // What is known is not more than is there.
    expect(
      KNOWN_CIRCLES.filter((place) => !circles().some((circle) => circle.every((file) => within(file, place)))),
    ).toEqual([])
  })

  test('what the API knows of the store is who may come in; all else it asks the application', () => {
    const own = ['store/access', 'store/database', 'store/service/throttle.ts']
    const wrong = imports.filter(
      ({ file, target }) =>
        within(file, 'api') &&
        within(target, 'store') &&
        !own.some((place) => target === place || within(target, place)),
    )
    expect(wrong.map(written)).toEqual([])
    // The way in is built once, from the store that the application has open.
    const reaching = product.filter((file) => within(file, 'api') && /\bapp\.database\b/.test(codeOf(file)))
    expect(reaching).toEqual([])
  })

  test('a connector does not know its siblings', () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        within(file, 'connectors') && within(target, 'connectors') && file.split('/')[1] !== target.split('/')[1],
    )
    expect(wrong.map(written)).toEqual([])
  })

  test('what the SQL dialects share knows none of them, and no dialect knows another', () => {
    const dialects = ['postgres', 'mysql']
    const room = (path: string): string | undefined =>
      within(path, 'connectors/sql') ? dialects.find((dialect) => within(path, `connectors/sql/${dialect}`)) : undefined
    const wrong = imports.filter(({ file, target }) => {
      const [own, other] = [room(file), room(target)]
      return within(file, 'connectors/sql') && other !== undefined && own !== other
    })
    expect(dialects.every((dialect) => product.some((file) => room(file) === dialect))).toBe(true)
    expect(wrong.map(written)).toEqual([])
  })

  test('no product code knows a test', () => {
    expect(
      imports.filter(({ target }) => target.endsWith('.test.ts') || target.startsWith('../')).map(written),
    ).toEqual([])
  })
})

describe('dashboard', () => {
  const root = join(import.meta.dirname, '..', 'dashboard', 'src')
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))

  test('it knows of the server only the types of the API', () => {
    const lines = sources.flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .filter((line) => /from '(\.\.\/)+src\//.test(line)),
    )
    expect(lines.length).toBeGreaterThan(0)
    expect(
      lines.filter((line) => !/^import type .* from '(\.\.\/)+src\/api\/v1\/schemas\/[\w-]+\.ts'$/.test(line)),
    ).toEqual([])
  })
})

describe('docs/architecture.md', () => {
  const root = join(source, '..')
  const page = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8')

  test('the folders of its ten typical changes are there', () => {
    const table = page.slice(page.indexOf('## Where a change goes'), page.indexOf('## Layers'))
    const rows = table.split('\n').filter((line) => /^\| (?!change|-)/.test(line))
    expect(rows).toHaveLength(10)
    const folders = rows.map((row) => [...row.matchAll(/`([a-z][\w/-]*)\/`/g)].map(([, folder]) => folder!))
    expect(folders.filter((all) => all.length < 2)).toEqual([])
    expect(folders.flat().filter((folder) => !existsSync(join(root, folder)))).toEqual([])
  })

  test('the files and folders that it names are there', () => {
    const named = [...page.matchAll(/`([a-z][\w-]*\/[\w/.-]+)`/g)].map(([, path]) => path!)
    expect(named.length).toBeGreaterThan(30)
    const places = [root, source, join(source, 'api')]
    expect(named.filter((path) => !places.some((place) => existsSync(join(place, path))))).toEqual([])
  })

  test('the files of the picture are there', () => {
    const picture = page.slice(page.indexOf('## The way of a record'), page.indexOf('Names without a folder'))
    const names = [...picture.matchAll(/(?:merge|store\/state)\/[a-z-]+|[a-z]+(?:-[a-z]+)+/g)].map(([name]) => name)
    const missing = names.filter((name) => ![name, `engine/${name}`].some((path) => files.includes(`${path}.ts`)))
    expect(missing).toEqual([])
  })

  test('its table of layers has them all', () => {
    const table = page.slice(page.indexOf('## Layers'), page.indexOf('## State'))
    expect(layers.map(({ name }) => name).filter((name) => !table.includes(`\`${name}`))).toEqual([])
  })
})

describe('purity', () => {
  test('a confined package is used only by its layer', () => {
    const wrong = imports.filter(({ file, target, ours }) => {
      const places = ours ? undefined : confined[packageOf(target)]
      return places !== undefined && !places.some((place) => within(file, place))
    })
    expect(wrong.map(written)).toEqual([])
  })

  test('merge decides without input, output, clock, chance or waiting', () => {
    const wrong = product
      .filter((file) => within(file, 'merge'))
      .filter((file) =>
        /'node:(?!crypto)|\basync\b|\bawait\b|\bPromise\b|Date\.now|new Date\(\)|Math\.random/.test(codeOf(file)),
      )
    expect(wrong).toEqual([])
  })
})

describe('the engine', () => {
  test('reads records by their ids in one place, which knows how many a system gives at once', () => {
    const wrong = product
      .filter((file) => within(file, 'engine') && basename(file) !== 'read-all.ts')
      .filter((file) => /\bremote!?\.read\(/.test(codeOf(file)))
    expect(wrong).toEqual([])
  })
})

describe('house rules', () => {
  test('every folder says what lives here, what may come in and what it may touch', () => {
    const folders = [...new Set(files.map((file) => posix.dirname(file)))].filter((folder) => folder !== '.')
    expect(folders.length).toBeGreaterThan(40)
    const silent = folders.filter((folder) => {
      const readme = join(source, folder, 'README.md')
      const said = existsSync(readme) ? readFileSync(readme, 'utf8') : ''
      return !['**Here lives**', '**May come in**', '**May touch**'].every((point) => said.includes(point))
    })
    expect(silent).toEqual([])
  })

  test('a file is named for a concept, in kebab-case', () => {
    const vague = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'types', 'manager', 'index', 'lib'])
    const wrong = files.filter((file) => {
      const name = basename(file, '.ts').replace(/\.test$/, '')
      return vague.has(name) || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)
    })
    expect(wrong).toEqual([])
  })

  test('nothing is exported without a name, and no file only hands on others', () => {
    expect(product.filter((file) => /^export (default|\*)/m.test(codeOf(file)))).toEqual([])
  })

  test('no file outgrows a reader', () => {
    expect(product.filter((file) => codeOf(file).split('\n').length > 500)).toEqual([])
  })
})

/** The text without its comments, so that a comment may name what the code may not. */
function codeOf(file: string): string {
  return (text.get(file) ?? '').replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '')
}
