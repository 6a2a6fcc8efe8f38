import type { FlowSigning } from '../../model/report.ts'

/** The commands by which the owners of flows sign what they have not signed yet. */
export function signCure(unsigned: readonly FlowSigning[]): string {
  const first = unsigned[0]!
  const missing = (['business', 'technical'] as const).filter((role) => first[role].said?.verdict !== 'signed')
  const commands = missing.map((role) => `\`concordat approve ${first.flow} --as ${role} --by ${first[role].person}\``)
  return `Let them read the rules (\`concordat check\`) and sign in the browser, or with ${commands.join(' and ')}.`
}
