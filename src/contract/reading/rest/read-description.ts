import type * as z from 'zod'
import { conditionFault } from '../../../model/answer-condition.ts'
import type { Measured } from '../../../model/passport.ts'
import type {
  EmptyForm,
  Paging,
  RestCall,
  RestDescription,
  RestField,
  RestLines,
  RestObjectDescription,
  RestWrite,
} from '../../../model/rest-description.ts'
import { templateNames } from '../../../model/template.ts'
import { didYouMean } from '../../text/near-miss.ts'
import type { Node } from '../../text/node.ts'
import { checkTimezone } from '../read-type.ts'
import { descriptionSchema } from '../../schema/description-schema.ts'
import { type DescriptionContext, DescriptionTexts, ms, type Path } from './description-texts.ts'
import { readSignIn } from './read-sign-in.ts'

/*
 * `description` of a system as the connector carries it out. What is missing or does not fit together is said at its place;
 * the shape was checked before.
 */

type Written = z.infer<typeof descriptionSchema>
type WrittenObject = NonNullable<Written['objects']>[string]
type WrittenField = NonNullable<WrittenObject['fields']>[string]

/** The description; null when something of it is wrong. */
export function readDescription(context: DescriptionContext): RestDescription | null {
  const before = context.findings.problems.length
  const parsed = descriptionSchema.safeParse(dataOf(context.node))
  if (!parsed.success) return null
  const description = new Reader(context).read(parsed.data)
  return context.findings.problems.length === before ? description : null
}

class Reader extends DescriptionTexts {
  private empty: EmptyForm = 'null'
  private paging: Written['paging']

  read(written: Written): RestDescription {
    this.empty = written.empty ?? 'null'
    this.paging = written.paging
    const zone = this.context.node.entries.get('timezone')?.value
    if (zone?.kind === 'scalar') checkTimezone(this.context.findings, zone)
    const objects = Object.entries(written.objects ?? {})
    if (objects.length === 0)
      this.lacks(
        [],
        'The description names no `objects`.',
        'Add `objects:` with the kinds of records, e.g. `customers:`.',
      )
    if (written.tenant !== undefined && written.verify === undefined)
      this.lacks(
        ['tenant'],
        '`tenant` is a path in the answer to `verify`, which is missing.',
        'Add `verify:` with the path of a call that shows who is signed in.',
      )
    const { rate = {}, deadlines = {} } = written
    return {
      product: written.product ?? 'REST system',
      signIn: readSignIn(this, written.sign_in),
      headers: this.texts(written.headers, ['headers'], this.context.settings),
      ...(written.verify !== undefined && { verify: this.call('GET', written.verify, undefined, ['verify'], []) }),
      ...(written.tenant !== undefined && { tenant: steps(written.tenant) }),
      rate: {
        ...(rate.calls && { calls: rate.calls }),
        perMs: ms(rate.per, 60_000),
        atOnce: Math.max(1, rate.at_once ?? 4),
      },
      deadlines: { connectMs: ms(deadlines.connect, 10_000), answerMs: ms(deadlines.answer, 60_000) },
      mostBytes: (written.most_megabytes || 20) * 1_000_000,
      zone: written.timezone ?? 'UTC',
      settleMs: ms(written.settles_after, 10_000),
      errors: (written.errors ?? []).flatMap((rule, i) => {
        if (rule.when === undefined || rule.is === undefined) {
          this.lacks(
            ['errors', i],
            'An entry of `errors` says not both when it holds and what it means.',
            "Write for example `{ when: 'status == 409', is: exists }`.",
          )
          return []
        }
        const fault = conditionFault(rule.when)
        if (fault !== null)
          this.fault(
            ['errors', i, 'when'],
            'bad-expression',
            `This condition is not valid: ${fault}.`,
            'It may use `op`, `status`, `headers` and `body`, e.g. `status == 409 && body.code == "duplicate"`.',
          )
        const { when, is, field, message } = rule
        return [{ when, is, ...(field !== undefined && { field }), ...(message !== undefined && { message }) }]
      }),
      ...(written.measured && { measured: measuredOf(written.measured) }),
      objects: objects.map(([name, object]) =>
        this.object(
          name,
          object,
          objects.map(([other]) => other),
        ),
      ),
    }
  }

  private object(name: string, written: WrittenObject, all: readonly string[]): RestObjectDescription {
    const at: Path = ['objects', name]
    const fields = Object.entries(written.fields ?? {}).map(([field, one]) =>
      this.field(field, one, [...at, 'fields', field], all),
    )
    const known = fields.map((field) => field.name)
    const mustBeField = (field: string, path: Path): string => {
      if (!known.includes(field))
        this.fault(
          path,
          'unknown-field',
          `\`${field}\` is not one of the \`fields\` of ${name}${didYouMean(field, known) || '.'}`,
          'Add it to `fields`, or name one that is there.',
        )
      return field
    }
    if (fields.length === 0)
      this.lacks(
        at,
        `The object \`${name}\` has no \`fields\`.`,
        'Add `fields:` with what is read and written, e.g. `name: text`.',
      )
    if (written.id === undefined)
      this.lacks(at, `The object \`${name}\` names no \`id\`.`, 'Add `id:` with the field that identifies a record.')
    if (written.list === undefined)
      this.lacks(
        at,
        `The object \`${name}\` does not say how records are listed.`,
        'Add `list:` with the path, e.g. `list: customers`.',
      )
    const id = typeof written.id === 'string' ? { field: written.id } : (written.id ?? {})
    const list = typeof written.list === 'string' ? { get: written.list } : (written.list ?? {})
    const one = typeof written.one === 'string' ? { get: written.one } : written.one
    const { changes, ids, version, create, update } = written
    if (changes && written.changed_at === undefined)
      this.lacks(
        [...at, 'changes'],
        '`changes` needs to know which field holds the time of a change.',
        'Add `changed_at:` to the object.',
      )
    if (changes && !Object.values(changes.params ?? {}).some((text) => templateNames(String(text)).includes('since')))
      this.lacks(
        [...at, 'changes'],
        '`changes` has no parameter with `{{ since }}`.',
        "Write for example `params: { updated_since: '{{ since }}' }`.",
      )
    const paging = written.paging ?? this.paging
    const pagingAt: Path = written.paging ? [...at, 'paging'] : ['paging']
    const writes = (
      op: 'create' | 'update',
      places: readonly string[],
    ): (RestWrite & { whole: boolean }) | undefined => {
      const call = op === 'create' ? create : update
      if (!call) return undefined
      const of: Path = [...at, op]
      const methods = (['patch', 'put', 'post'] as const).filter(
        (method) => typeof (call as Record<string, unknown>)[method] === 'string',
      )
      if (methods.length !== 1) {
        this.lacks(
          of,
          `\`${op}\` names not exactly one path to send to.`,
          op === 'create' ? 'Write for example `post: customers`.' : 'Write for example `patch: customers/{{ id }}`.',
        )
        return undefined
      }
      const method = methods[0]!
      const path = String((call as Record<string, unknown>)[method])
      return {
        ...this.call(method.toUpperCase() as 'PUT', path, call.params, [...of, method], places),
        wrap: steps(call.wrap),
        record: steps(call.record),
        trusted: call.trusted === true,
        whole: method === 'put' && (!('partial' in call) || call.partial !== true),
      }
    }
    const made = writes('create', ['id'])
    const changed = writes('update', ['id'])
    return {
      name,
      id: {
        field: id.field === undefined ? '' : mustBeField(id.field, [...at, 'id']),
        from: id.from ?? 'system',
        restorable: id.from === 'us' || id.restorable === true,
      },
      ...(written.changed_at !== undefined && { changedAt: mustBeField(written.changed_at, [...at, 'changed_at']) }),
      ...(version && {
        version: {
          path: steps(this.needed(version.path, [...at, 'version'], 'path')),
          send:
            version.send === undefined || version.send === 'body' ? { body: true as const } : { header: version.send },
        },
      }),
      fields,
      lines: Object.entries(written.lines ?? {}).map(([line, one]): RestLines => {
        const of: Path = [...at, 'lines', line]
        const own = Object.entries(one.fields ?? {}).map(([field, w]) =>
          this.field(field, w, [...of, 'fields', field], all),
        )
        if (one.id === undefined || !own.some((field) => field.name === one.id))
          this.lacks(
            of,
            `The lines \`${line}\` do not say which of their fields tells them apart.`,
            'Add `id:` with one of the `fields` of the lines.',
          )
        return {
          name: line,
          path: steps(one.path ?? line),
          id: one.id ?? '',
          parent: one.parent ?? 'parent',
          fields: own,
        }
      }),
      list: {
        ...this.call('GET', list.get ?? '', list.params, [...at, 'list', 'get'], []),
        records: steps(list.records),
        ...(list.total !== undefined && { total: steps(list.total) }),
        paging: this.pagingOf(paging, pagingAt),
        ...(paging?.size?.param !== undefined && { size: { param: paging.size.param, most: paging.size.most || 100 } }),
        emptyIs404: list.empty === 404,
        ordered: list.ordered === true,
        ...(list.at_most && { atMost: list.at_most }),
        lagMs: ms(list.lag, 0),
      },
      ...(changes && {
        changes: {
          params: this.texts(changes.params, [...at, 'changes', 'params'], ['since']),
          inclusive: changes.inclusive === true,
          resolutionMs: ms(changes.resolution, 1000),
        },
      }),
      ...(written.latest && { latest: this.texts(written.latest, [...at, 'latest'], []) }),
      ...(ids && {
        byIds: {
          params: this.texts(ids.params, [...at, 'ids', 'params'], ['ids', 'ids_json']),
          separator: ids.separator ?? ',',
          most: ids.most || 50,
        },
      }),
      ...(one && {
        one: {
          ...this.call('GET', one.get ?? '', one.params, [...at, 'one', 'get'], ['id']),
          record: steps(one.record),
        },
      }),
      ...(made && { create: { ...made, ...(create?.at_once && { atOnce: create.at_once }) } }),
      ...(changed && { update: changed }),
      ...(written.delete !== undefined && {
        delete: this.call('DELETE', written.delete, undefined, [...at, 'delete'], ['id']),
      }),
    }
  }

  private field(name: string, written: WrittenField, at: Path, objects: readonly string[]): RestField {
    const one = typeof written === 'string' ? { type: written } : written
    const { type, reference } = one
    if (type === undefined) this.lacks(at, `The field \`${name}\` has no type.`, 'Add `type:`, e.g. `type: text`.')
    if (reference !== undefined && !objects.includes(reference))
      this.fault(
        [...at, 'reference'],
        'unknown-object',
        `\`${reference}\` is not one of the \`objects\`${didYouMean(reference, objects) || '.'}`,
        'Name an object of this description.',
      )
    const as =
      one.as === undefined
        ? 'plain'
        : typeof one.as === 'string'
          ? one.as
          : {
              key: one.as.key ?? 'id',
              beside: Object.fromEntries(Object.entries(one.as.with ?? {}).map(([part, text]) => [part, String(text)])),
              bare: one.as.write === 'bare',
            }
    if (as === 'minor units' && one.scale === undefined)
      this.lacks(
        [...at, 'as'],
        `\`minor units\` of \`${name}\` needs to know how many of them make a whole.`,
        'Add `scale: 2`.',
      )
    return {
      name,
      type: type ?? 'text',
      path: steps(one.path ?? undefined, [name]),
      required: one.required === true,
      readOnly: one.read_only === true,
      hasDefault: one.default === true || one.read_only === true,
      unique: one.unique === true,
      ...(one.most && { maxLength: one.most }),
      ...(one.scale !== undefined && { scale: one.scale }),
      ...(reference !== undefined && { reference }),
      as,
      empty: one.empty ?? this.empty,
      ...(one.search !== undefined && {
        search:
          typeof one.search === 'string'
            ? { [one.search]: '{{ value }}' }
            : this.texts(one.search, [...at, 'search'], ['value', 'value_json']),
      }),
    }
  }

  private pagingOf(written: Written['paging'], at: Path): Paging {
    const by = written?.by ?? 'none'
    const param = (): string => this.needed(written?.param, at, 'param')
    switch (by) {
      case 'none':
        return { by }
      case 'page':
        return { by, param: param(), first: written?.first ?? 1 }
      case 'offset':
        return { by, param: param() }
      case 'cursor':
        return { by, param: param(), at: steps(this.needed(written?.at, at, 'at')) }
      case 'link':
        return { by, ...(written?.at !== undefined && { at: steps(written.at) }) }
      case 'keyset': {
        const params = this.texts(written?.params, [...at, 'params'], ['last'])
        if (!Object.values(params).some((text) => templateNames(text).includes('last')))
          this.lacks(
            at,
            '`keyset` has no parameter with `{{ last }}`.',
            "Write for example `params: { after: '{{ last }}' }`.",
          )
        return { by, params }
      }
    }
  }

  private call(
    method: RestCall['method'],
    path: string,
    params: Readonly<Record<string, unknown>> | undefined,
    at: Path,
    places: readonly string[],
  ): RestCall {
    const known = [...places, ...this.context.settings]
    if (/^\/|^[a-z][a-z0-9+.-]*:|^\.\.?(\/|$)/i.test(path))
      this.fault(
        at,
        'bad-path',
        `\`${path}\` is not a path below the \`url\` of the system.`,
        'Write it without a slash at its beginning, e.g. `customers/{{ id }}`.',
      )
    return {
      method,
      path: this.template(path, at, known),
      params: this.texts(params, [...at.slice(0, -1), 'params'], known),
    }
  }
}

const measuredOf = (written: NonNullable<Written['measured']>): Measured => ({
  date: written.date ?? '',
  found: written.found ?? {},
  objects: Object.fromEntries(
    Object.entries(written.objects ?? {}).map(([name, one]) => [
      name,
      { written: one.written === true, found: one.found ?? {} },
    ]),
  ),
})

const steps = (path: string | undefined, otherwise: readonly string[] = []): readonly string[] =>
  path === undefined ? otherwise : path.split('.')

function dataOf(node: Node): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(dataOf)
  return Object.fromEntries(
    [...node.entries].flatMap(([key, { value }]) =>
      value.kind === 'scalar' && value.value === null ? [] : [[key, dataOf(value)]],
    ),
  )
}
