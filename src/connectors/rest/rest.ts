import type {
  Catalogue,
  ConnectionReport,
  Connector,
  ConnectorKind,
  ObjectSpec,
  RemoteObject,
} from '../../connector-kit/port.ts'
import { isJsonObject, jsonAt, writeExactJson } from '../../connector-kit/http/exact-json.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { MeasureRequest, Passport } from '../../model/passport.ts'
import type { RestDescription } from '../../model/rest-description.ts'
import type { SystemIdentity } from '../../model/system-identity.ts'
import { catalogueOf, linesCatalogueOf, openObject } from './opened-object.ts'
import { measureApi } from './passport/measure.ts'
import { callRefused } from './refusals.ts'
import { RestApi } from './rest-api.ts'
import { RestObject } from './rest-object.ts'

/** JSON REST systems, spoken to as a description says. */
export const restKind: ConnectorKind = {
  name: 'rest',
  title: 'JSON REST system',
  settings: [
    {
      name: 'url',
      required: true,
      secret: false,
      help: 'Address under which the API is found, https://crm.example/api/v1',
    },
    {
      name: 'private',
      required: false,
      secret: false,
      help: '`allowed`: the address may be in a private network, without TLS',
    },
  ],
  connect(settings, description) {
    if (description === undefined)
      throw new ConcordatError('config.bad-address', 'The system has no description of its API.', {
        cure: 'Add `description:` to the system in the contract.',
      })
    return new RestConnector(description, settings)
  },
}

class RestConnector implements Connector {
  readonly kind = 'rest'
  readonly budget?: NonNullable<Connector['budget']>
  private readonly api: RestApi

  constructor(description: RestDescription, settings: Readonly<Record<string, string>>) {
    this.api = new RestApi(description, settings)
    const { calls, perMs } = description.rate
    if (calls !== undefined)
      this.budget = {
        callsPerSecond: (calls * 1000) / perMs,
        share: (turn) => this.api.session.client.turns.share(turn),
      }
  }

  async test(): Promise<ConnectionReport> {
    const { verify, objects, product } = this.api.description
    const call = verify ?? objects[0]!.list
    const answered = await this.api.call('verify', call)
    const nothing = answered.is === 'gone' && verify === undefined && objects[0]!.list.emptyIs404
    if (answered.is !== 'ok' && !nothing)
      throw callRefused(this.api, verify === undefined ? objects[0]!.name : verify.path, answered)
    return { product, notes: [] }
  }

  /** The address of the API, the settings that its paths and headers name, and whose data it shows. */
  async identity(): Promise<SystemIdentity> {
    const { verify, tenant, product } = this.api.description
    const { address, named } = this.api
    if (verify === undefined || tenant === undefined)
      return {
        is: { API: address, ...named },
        at: {},
        notes: [
          'The description does not say where the API tells whose data it shows (`tenant`): a token of another company at the same address looks the same.',
        ],
      }
    const answered = await this.api.call('verify', verify)
    if (answered.is !== 'ok') throw callRefused(this.api, verify.path, answered)
    const found = jsonAt(answered.answer.body, tenant)
    if (found === undefined || found === null || isJsonObject(found) || Array.isArray(found) || found === '')
      throw new ConcordatError(
        'connector.failed',
        `The answer of ${product} to ${verify.path} does not say at ${tenant.join('.')} whose data it shows.`,
        { cure: 'Correct `tenant` in the description.' },
      )
    const value = typeof found === 'string' ? found : writeExactJson(found)
    return { is: { API: address, ...named, tenant: value }, at: {}, notes: [] }
  }

  async introspect(): Promise<Catalogue> {
    const { objects } = this.api.description
    return {
      objects: objects.flatMap((object) => [
        catalogueOf(object, this.api.description),
        ...object.lines.map((lines) => linesCatalogueOf(lines, object)),
      ]),
    }
  }

  measure(request: MeasureRequest): Promise<Passport> {
    return measureApi(this.api, request)
  }

  async open(spec: ObjectSpec): Promise<RemoteObject> {
    return new RestObject(this.api, openObject(this.api.description, spec))
  }

  close(): Promise<void> {
    return this.api.close()
  }
}
