import type { Session } from '../database/database.ts'

/** The contract that a store belongs to. */
export interface ContractBinding {
  readonly company: string
  /** Systems by flow. */
  readonly flows: Readonly<Record<string, readonly string[]>>
}

/** Null: no contract was run on this store yet, or none since bindings are noted. */
export async function contractBinding(session: Session): Promise<ContractBinding | null> {
  const [row] = await session.query<ContractBinding>('select company, flows from contract_binding')
  return row ?? null
}

/** Notes how the store's contract is now. */
export async function bindContract(session: Session, { company, flows }: ContractBinding): Promise<void> {
  await session.execute(
    `insert into contract_binding (company, flows) values ($1, $2)
     on conflict (one) do update set company = excluded.company, flows = excluded.flows
       where contract_binding.company is distinct from excluded.company or contract_binding.flows is distinct from excluded.flows`,
    [company, JSON.stringify(flows)],
  )
}
