import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { readFileSync } from 'node:fs'
import type { OpenAPIV3_1 } from 'openapi-types'
import { DOCS_STYLE, docsPage } from './docs-page.ts'
import { problem } from './schemas/problem.ts'

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** What the document says of the API as a whole. */
export const openApi: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Concordat',
      version,
      description:
        'What the dashboard shows and does. Errors are problems (RFC 9457) with a cure. Sentences come in English or Spanish, as `Accept-Language` prefers.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'concordat_session' },
      },
    },
    security: [{ token: [] }, { session: [] }],
  },
  transform: (route) => {
    const { schema, url } = jsonSchemaTransform(route)
    if (schema.hide === true) return { schema, url }
    const content = { 'application/problem+json': { schema: { $ref: `#/components/schemas/${problem.meta()!.id}` } } }
    const failed = { description: 'What went wrong, and what to do about it', content }
    return { schema: { ...schema, response: { ...(schema.response as object), default: failed } }, url }
  },
  transformObject: jsonSchemaTransformObject,
}

/** `/api/v1/openapi.json` and `/api/docs`: what there is, for programs and for people. */
export function documentRoutes(server: FastifyInstance): void {
  const hide = { schema: { hide: true }, config: { right: 'public' as const } }
  server.get('/api/v1/openapi.json', hide, async (_request, reply) =>
    reply.type('application/json').send(JSON.stringify(server.swagger())),
  )
  server.get('/api/docs', hide, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(docsPage(server.swagger() as OpenAPIV3_1.Document)),
  )
  server.get('/api/docs.css', hide, async (_request, reply) => reply.type('text/css; charset=utf-8').send(DOCS_STYLE))
}
