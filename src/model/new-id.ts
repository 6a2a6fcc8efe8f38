/**
 * Who makes the id of a new record where the system does not: `from` is an expression over the fields of the flow, the
 * others are made where the system is reached.
 */
export type NewId =
  | { readonly kind: 'uuid' }
  | { readonly kind: 'hex'; readonly digits: number }
  | { readonly kind: 'sequence'; readonly prefix: string; readonly sequence: string }
  | { readonly kind: 'from'; readonly expression: string }
