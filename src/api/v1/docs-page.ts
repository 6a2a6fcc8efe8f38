import type { OpenAPIV3_1 } from 'openapi-types'

/*
 * The document of the API as one page for people: no script, so that nothing of it needs an exception from the strict
 * content security policy.
 */

type Schema = OpenAPIV3_1.SchemaObject | OpenAPIV3_1.ReferenceObject
type Operation = OpenAPIV3_1.OperationObject

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

/** The page of a document. */
export function docsPage(document: OpenAPIV3_1.Document): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item?.[method]
      return operation ? [{ method, path, operation }] : []
    }),
  )
  const groups = Map.groupBy(operations, ({ operation }) => operation.tags?.[0] ?? 'Other')
  const schemas = Object.entries((document.components?.schemas ?? {}) as Record<string, Schema>)
  const contents = [...groups.keys()].map((tag) => `<li><a href="#tag-${slug(tag)}">${text(tag)}</a></li>`)
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Concordat API</title><link rel="stylesheet" href="/api/docs.css"></head>
<body>
<header><h1>Concordat API</h1>
<p>${text(document.info.description ?? '')} Version ${text(document.info.version)}. For programs:
<a href="/api/v1/openapi.json">openapi.json</a>.</p></header>
<nav aria-label="Contents"><ul>${contents.join('')}<li><a href="#schemas">Schemas</a></li></ul></nav>
<main>
${[...groups]
  .map(
    ([tag, list]) =>
      `<section id="tag-${slug(tag)}"><h2>${text(tag)}</h2>${list
        .map(({ method, path, operation }) => operationPart(method, path, operation))
        .join('\n')}</section>`,
  )
  .join('\n')}
<section id="schemas"><h2>Schemas</h2>
${schemas.map(([name, schema]) => `<article id="schema-${slug(name)}"><h3>${text(name)}</h3>${shape(schema)}</article>`).join('\n')}
</section>
</main></body></html>`
}

function operationPart(method: string, path: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []) as OpenAPIV3_1.ParameterObject[]
  const body = contentOf(operation.requestBody as OpenAPIV3_1.RequestBodyObject | undefined)
  const answers = Object.entries(operation.responses ?? {}).filter(([status]) => status !== 'default')
  return `<article><h3><code class="${method}">${method.toUpperCase()}</code> <code>${text(path)}</code></h3>
<p>${text(operation.summary ?? '')}</p>${operation.description === undefined ? '' : `<p>${text(operation.description)}</p>`}
${parameters.length === 0 ? '' : table('Parameters', parameters.map(parameterRow))}
${body === undefined ? '' : `<h4>Body</h4>${shape(body)}`}
${answers
  .map(([status, answer]) => {
    const schema = contentOf(answer as OpenAPIV3_1.ResponseObject)
    return `<h4>Answer ${status}</h4>${schema === undefined ? `<p>${text((answer as OpenAPIV3_1.ResponseObject).description)}</p>` : shape(schema)}`
  })
  .join('')}</article>`
}

const contentOf = (holder: { content?: Record<string, { schema?: Schema }> } | undefined): Schema | undefined =>
  Object.values(holder?.content ?? {})[0]?.schema

const parameterRow = (parameter: OpenAPIV3_1.ParameterObject): string =>
  row(
    parameter.name,
    parameter.required === true,
    typeOf(parameter.schema ?? {}),
    parameter.description ?? describedBy(parameter.schema),
  )

/** A schema as a table of its properties, or as its type. */
function shape(schema: Schema): string {
  if ('$ref' in schema || schema.properties === undefined) return `<p>${typeOf(schema)}</p>`
  const required = new Set(schema.required)
  return table(
    'Properties',
    Object.entries(schema.properties as Record<string, Schema>).map(([name, property]) =>
      row(name, required.has(name), typeOf(property), describedBy(property)),
    ),
  )
}

function typeOf(schema: Schema, depth = 0): string {
  if ('$ref' in schema) {
    const name = schema.$ref.split('/').at(-1) ?? ''
    return `<a href="#schema-${slug(name)}">${text(name)}</a>`
  }
  const any = schema.anyOf ?? schema.oneOf
  if (any) return any.map((one) => typeOf(one, depth)).join(' or ')
  if (schema.enum) return schema.enum.map((one) => `<code>${text(JSON.stringify(one))}</code>`).join(' ')
  if (schema.const !== undefined) return `<code>${text(JSON.stringify(schema.const))}</code>`
  const { prefixItems } = schema as { readonly prefixItems?: readonly Schema[] }
  if (prefixItems !== undefined) return `[ ${prefixItems.map((one) => typeOf(one, depth + 1)).join(', ')} ]`
  if (schema.type === 'array') return `list of ${typeOf(schema.items, depth)}`
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object')
    return `map of ${typeOf(schema.additionalProperties, depth)}`
  if (schema.properties && depth < 3)
    return `{ ${Object.entries(schema.properties as Record<string, Schema>)
      .map(([name, property]) => `${text(name)}: ${typeOf(property, depth + 1)}`)
      .join(', ')} }`
  return text([schema.type ?? 'anything'].flat().join(' or ') + (schema.format ? ` (${schema.format})` : ''))
}

const describedBy = (schema: Schema | undefined): string => schema?.description ?? ''

const table = (caption: string, rows: readonly string[]): string =>
  `<div class="wide"><table><caption>${caption}</caption><thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`

const row = (name: string, required: boolean, type: string, meaning: string): string =>
  `<tr><th scope="row"><code>${text(name)}</code>${required ? '' : ' <small>optional</small>'}</th><td>${type}</td><td>${text(meaning)}</td></tr>`

const slug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

const text = (raw: string): string =>
  raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

export const DOCS_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; display: grid; grid-template-columns: 12rem minmax(0, 1fr); gap: 2rem; }
header { grid-column: 1 / -1; }
nav ul { list-style: none; margin: 0; padding: 0; position: sticky; top: 1.5rem; }
article { border-top: 1px solid light-dark(#d6d9de, #3b4048); padding: 0.5rem 0 1rem; }
h1, h2, h3, h4 { line-height: 1.25; }
h3 { font-size: 1.05rem; overflow-wrap: anywhere; }
h4 { font-size: 0.9rem; margin: 0.75rem 0 0.25rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; }
caption { position: absolute; clip-path: inset(50%); }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; font-weight: normal; }
thead th { color: light-dark(#565d68, #a3abb8); }
.wide { overflow-x: auto; }
a { color: light-dark(#1f4fa3, #8fb8ff); }
code.get { color: light-dark(#1b6b3a, #7fd6a0); } code.post, code.patch, code.put { color: light-dark(#8a5200, #f0b860); } code.delete { color: light-dark(#a32020, #ff9c9c); }
@media (max-width: 48rem) { body { display: block; } nav ul { position: static; columns: 2; } }
`
