import type { OpenOptions, SystemMeasurement } from '../application.ts'
import { readContract } from '../contract/reading/read-contract.ts'
import { resolveSettings } from '../contract/settings/secrets.ts'
import { connectorSettings } from '../contract/settings/system-settings.ts'
import { readContractFiles } from '../contract/text/read-files.ts'
import { writeMeasured } from '../contract/text/write-measured.ts'
import { measureConnected, systemToMeasure } from '../engine/measure-described.ts'
import type { MeasureRequest } from '../model/passport.ts'
import { connect, kindNames } from './kinds.ts'
import { readSecret } from './read-secret.ts'

/**
 * Measures what a system of the contract does against its description; needs no store, and writes only test records where the
 * request allows them.
 */
export async function measureSystem(
  options: Pick<OpenOptions, 'contract' | 'env'>,
  name: string,
  request: MeasureRequest,
): Promise<SystemMeasurement> {
  const files = readContractFiles(options.contract ?? 'concordat.yaml')
  const system = systemToMeasure(readContract(files, { connectors: kindNames }).contract, name, request)
  const secrets = { env: options.env ?? process.env, readFile: readSecret }
  const settings = resolveSettings(connectorSettings(system), secrets)
  const passport = await measureConnected(await connect(system.connector, settings, system.description), name, request)
  return { passport, ...writeMeasured(files, name, passport) }
}
