import fastify from 'fastify'
import { compile, type JSONSchema } from 'json-schema-to-typescript'
import type { OpenAPIV3_1 } from 'openapi-types'
import type { ApiParts } from '../src/api/routes.ts'
import { v1Routes } from '../src/api/v1/v1-routes.ts'

/*
 * The operations of the API as types, made from its OpenAPI document: the dashboard's client takes no other path, no other
 * parameter and no other body, and knows what comes back.
 */

type Json = Readonly<Record<string, unknown>>

const HEAD = '/* Made from the OpenAPI document by `npm run api-types`. */\n\n'
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const
const PREFIX = '/api/v1'

/** The text of `dashboard/src/api/operations.ts`. */
export async function operationsText(): Promise<string> {
  const { paths = {}, components } = await documentOf()
  const operations: Record<string, Json> = {}
  for (const [path, item] of Object.entries(paths)) {
    if (!path.startsWith(`${PREFIX}/`)) continue
    for (const method of METHODS) {
      const operation = item?.[method]
      if (operation) operations[`${method.toUpperCase()} ${path.slice(PREFIX.length)}`] = shapeOf(operation)
    }
  }
  const schema = { ...objectOf(operations), title: 'Operations', definitions: components?.schemas ?? {} }
  const text = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/definitions/')
  const types = await compile(JSON.parse(text, tupleOf) as JSONSchema, 'Operations', {
    additionalProperties: false,
    bannerComment: '',
    ignoreMinAndMaxItems: true,
    // Only what an operation refers to is of use.
    unreachableDefinitions: false,
    style: { printWidth: 120, semi: false, singleQuote: true, trailingComma: 'all' },
  })
  return HEAD + types
}

/** Of fixed places: the generator of types knows them by an older draft of JSON Schema. */
function tupleOf(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('prefixItems' in value)) return value
  const { prefixItems, ...rest } = value as Json & { readonly prefixItems: readonly unknown[] }
  return { ...rest, items: prefixItems, minItems: prefixItems.length, maxItems: prefixItems.length }
}

async function documentOf(): Promise<OpenAPIV3_1.Document> {
  const server = fastify({ logger: false })
  await server.register(async (scope) => v1Routes(scope, nothing as ApiParts))
  const answer = await server.inject(`${PREFIX}/openapi.json`)
  return answer.json()
}

/** Routes are only registered: what they would work with is not there. */
const nothing: object = new Proxy(() => nothing, { get: () => nothing, apply: () => nothing })

function shapeOf(operation: OpenAPIV3_1.OperationObject): Json {
  const parameters = (operation.parameters ?? []) as readonly OpenAPIV3_1.ParameterObject[]
  const body = operation.requestBody as OpenAPIV3_1.RequestBodyObject | undefined
  const good = Object.entries(operation.responses ?? {}).find(([status]) => status.startsWith('2'))?.[1]
  return objectOf({
    path: parametersIn(parameters, 'path'),
    query: parametersIn(parameters, 'query'),
    body: contentOf(body) ?? { type: 'null' },
    answer: contentOf(good as OpenAPIV3_1.ResponseObject | undefined) ?? { type: 'null' },
  })
}

const parametersIn = (all: readonly OpenAPIV3_1.ParameterObject[], place: string): Json => {
  const here = all.filter((parameter) => parameter.in === place)
  return {
    ...objectOf(Object.fromEntries(here.map(({ name, schema }) => [name, (schema ?? {}) as Json]))),
    required: here.filter(({ required }) => required === true).map(({ name }) => name),
  }
}

const contentOf = (
  of: { readonly content?: Readonly<Record<string, OpenAPIV3_1.MediaTypeObject>> } | undefined,
): Json | undefined => of?.content?.['application/json']?.schema as Json | undefined

const objectOf = (properties: Readonly<Record<string, Json>>): Json => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})
