import type { Proposal } from './proposal.ts'

/** Whether a text is the code of a currency by its form. */
export const isCurrency = (text: string): boolean => /^[A-Za-z]{3}$/.test(text)

/** Whether any field of a proposal is an amount of money, and so has a currency. */
export const holdsMoney = (proposal: Proposal): boolean =>
  proposal.flows
    .flatMap((flow) => [...flow.fields, ...flow.fields.flatMap((field) => field.lines?.fields ?? [])])
    .some((field) => field.type === 'money')
