import { context, type Link, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api'
import { ConcordatError } from '../model/errors.ts'

/*
 * Traces, from a webhook to the calls that write: names of flows and systems and codes, never a value of a record. Nothing
 * is recorded, and next to nothing is spent, unless `startTracing` was called.
 */

const tracer = trace.getTracer('concordat')

/** Does work as a span of the trace at hand; `causes`: traces that led to it, as `currentTrace` gives them. */
export function spanned<T>(
  name: string,
  attributes: Attributes,
  work: () => Promise<T>,
  causes: readonly (string | null)[] = [],
): Promise<T> {
  return tracer.startActiveSpan(name, { attributes, links: linksTo(causes) }, async (span) => {
    try {
      return await work()
    } catch (error) {
      // The message of anything but our own errors may hold somebody's data.
      if (error instanceof ConcordatError) span.setAttribute('error.type', error.code)
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}

/** The span at hand, for work that will be done later; null when nothing is recorded. */
export function currentTrace(): string | null {
  const span = trace.getSpan(context.active())?.spanContext()
  return span && trace.isSpanContextValid(span) ? `${span.traceId}-${span.spanId}` : null
}

const MOST_LINKS = 20

function linksTo(causes: readonly (string | null)[]): Link[] {
  return [...new Set(causes)].slice(0, MOST_LINKS).flatMap((cause) => {
    const [, traceId, spanId] = /^([0-9a-f]{32})-([0-9a-f]{16})$/.exec(cause ?? '') ?? []
    return traceId === undefined ? [] : [{ context: { traceId, spanId: spanId!, traceFlags: 1 } }]
  })
}
