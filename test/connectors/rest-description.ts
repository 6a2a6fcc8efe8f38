import { Findings } from '../../src/contract/text/findings.ts'
import { parseYaml } from '../../src/contract/text/parse-yaml.ts'
import { readDescription } from '../../src/contract/reading/rest/read-description.ts'
import type { RestDescription } from '../../src/model/rest-description.ts'

/** A description from its YAML; fails with what is wrong with it. */
export function described(text: string, settings: readonly string[] = ['url', 'token']): RestDescription {
  const { root, problems } = parseYaml('crm.yaml', text)
  const findings = new Findings()
  findings.problems.push(...problems)
  const found = root && readDescription({ findings, node: root, settings, broken: false })
  if (!found)
    throw new Error(findings.problems.map(({ line, column, message }) => `${line}:${column} ${message}`).join('\n'))
  return found
}
