/**
 * Which records of an object belong to a flow, as data: connectors translate it to their own query language with
 * bound values. Comparison with null is only `is null` / `is not null`.
 */
export type Filter =
  | { op: 'and' | 'or'; of: readonly Filter[] }
  | { op: 'not'; of: Filter }
  | { op: '=' | '<>' | '<' | '<=' | '>' | '>='; field: string; value: string }
  | { op: 'in'; field: string; values: readonly string[] }
  | { op: 'like'; field: string; value: string }
  | { op: 'is null' | 'is not null'; field: string }
