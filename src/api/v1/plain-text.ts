import type { FastifyInstance } from 'fastify'

/** Deeper than any route takes. */
const DEEPEST = 50

/** Refuses what no text of ours can hold, before a route works with it: the character NUL, halves of characters, endless depth. */
export function demandPlainText(server: FastifyInstance): void {
  server.addHook('preValidation', async ({ params, query, body }) => {
    if (isPlain(params) && isPlain(query) && isPlain(body)) return
    throw Object.assign(new Error('The request holds text that is none.'), { statusCode: 422 })
  })
}

function isPlain(given: unknown): boolean {
  const left: { readonly value: unknown; readonly depth: number }[] = [{ value: given, depth: 0 }]
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const { value, depth } = one
    if (depth > DEEPEST) return false
    if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) return false
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) continue
    for (const [name, inner] of Object.entries(value)) {
      left.push({ value: name, depth }, { value: inner, depth: depth + 1 })
    }
  }
  return true
}
