import { type AlertSettings, type Channel, CHANNEL_SETTINGS, type ChannelKind } from '../channel.ts'
import type { Place } from '../finding.ts'
import type { Findings } from '../text/findings.ts'
import { didYouMean, nearMiss } from '../text/near-miss.ts'
import { entriesOf, get, getMap, getScalar, type MapNode, type Node, texts } from '../text/node.ts'
import { channelKeyFault } from '../settings/key-fault.ts'
import { secretFault, type SecretSource } from '../settings/secrets.ts'

/** Reads `channels`, and reports what of it cannot work. */
export function readChannels(
  root: MapNode,
  findings: Findings,
  broken: (path: string) => boolean,
  secrets?: SecretSource,
): ReadonlyMap<string, Channel> {
  const channels = new Map<string, Channel>()
  for (const [name, { value, place }] of entriesOf(getMap(root, 'channels'))) {
    if (value.kind !== 'map') continue
    const kind = getScalar(value, 'kind')?.text as ChannelKind | undefined
    if (kind === undefined) {
      if (!broken(`channels.${name}`))
        findings.error(
          place,
          'missing-setting',
          `The channel \`${name}\` says no \`kind\`.`,
          'Add `kind:`, one of `email`, `slack`, `teams`, `pagerduty`, `webhook`.',
        )
      continue
    }
    const channel = new ChannelReader({ name, kind, node: value, place, findings, secrets })
    channels.set(name, { name, kind, settings: channel.read((setting) => broken(`channels.${name}.${setting}`)) })
  }
  return channels
}

class ChannelReader {
  readonly name: string
  readonly kind: ChannelKind
  readonly node: MapNode
  readonly place: Place
  readonly findings: Findings

  readonly secrets: SecretSource | undefined

  constructor(read: Pick<ChannelReader, 'name' | 'kind' | 'node' | 'place' | 'findings' | 'secrets'>) {
    this.name = read.name
    this.kind = read.kind
    this.node = read.node
    this.place = read.place
    this.findings = read.findings
    this.secrets = read.secrets
  }

  read(broken: (setting: string) => boolean): Record<string, string> {
    const { name, kind, node, place, findings } = this
    const known = CHANNEL_SETTINGS[kind]
    const settings: Record<string, string> = {}
    for (const [setting, entry] of entriesOf(node)) {
      if (setting === 'kind' || entry.value.kind !== 'scalar') continue
      const rule = Object.hasOwn(known, setting) ? known[setting] : undefined
      if (rule === undefined) {
        findings.error(
          entry.place,
          'setting-of-other-kind',
          `\`${setting}\` is not a setting of a channel of the kind \`${kind}\`.`,
          `Remove it, or correct the kind; the settings of \`${kind}\` are ${Object.keys(known).join(', ')}.`,
        )
        continue
      }
      const { text } = entry.value
      const at = entry.value.place
      this.checkSecret(setting, text, at, rule.secret)
      this.checkForm(setting, text, at)
      settings[setting] = text
    }
    for (const [setting, rule] of Object.entries(known)) {
      if (rule.required && !(setting in settings) && !broken(setting))
        findings.error(
          place,
          'missing-setting',
          `The channel \`${name}\` says no \`${setting}\`.`,
          `Add \`${setting}: ${EXAMPLES[setting] ?? '…'}\`.`,
        )
    }
    return settings
  }

  checkSecret(setting: string, text: string, place: Place, secret: boolean): void {
    const variable = `${this.name}_${setting}`.toUpperCase().replace(/[^A-Z0-9]+/g, '_')
    const fault = secretFault(setting, text) ?? (secret && !text.includes('${') ? 'clear' : null)
    if (fault === 'clear') {
      this.findings.error(
        place,
        'secret-in-clear',
        `\`${setting}\` of the channel \`${this.name}\` holds a secret in clear.`,
        `Put it into an environment variable and write \`\${env:${variable}}\`, or \`\${secret:${variable}}\`; then change the secret, it was in a file.`,
      )
    } else if (fault === 'malformed') {
      this.findings.error(
        place,
        'bad-secret-reference',
        `\`${setting}\` of the channel \`${this.name}\` holds a \`\${…}\` that is no reference.`,
        'Write `${env:NAME}` or `${secret:NAME}`, with letters, digits and `_` in the name.',
      )
    }
    const weak = fault === null ? channelKeyFault(this.kind, setting, text, this.secrets) : null
    if (weak)
      this.findings.error(
        place,
        'bad-secret',
        `\`${setting}\` of the channel \`${this.name}\` ${weak.fault}`,
        weak.cure,
      )
  }

  /** What can be seen of a value without its secrets. */
  checkForm(setting: string, text: string, place: Place): void {
    const { kind, findings } = this
    if (text.startsWith('${')) return
    if (setting === 'url') {
      const good = kind === 'email' ? /^smtps?:\/\/./i.test(text) : /^https?:\/\/./i.test(text)
      if (!good)
        findings.error(
          place,
          'bad-format',
          `\`url\` of the channel \`${this.name}\` is no ${kind === 'email' ? 'mail server' : 'web address'}.`,
          kind === 'email' ? 'Write it as `smtp://mail.example:587`.' : 'Write it as `https://…`.',
        )
    }
    if (setting === 'from' && !/^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/.test(text))
      findings.error(
        place,
        'bad-format',
        `\`from\` of the channel \`${this.name}\` is no e-mail address.`,
        'Write it as `concordat@example.com`, or `Concordat <concordat@example.com>`.',
      )
  }
}

const EXAMPLES: Readonly<Record<string, string>> = {
  url: '${env:…}',
  from: 'concordat@example.com',
  routing_key: '${secret:…}',
  signing_secret: '${secret:…}',
}

/** Reads `alerts`: where messages link to, and which role is told by which channels. */
export function readAlerts(
  root: MapNode,
  findings: Findings,
  channels: ReadonlyMap<string, Channel>,
  complete: boolean,
): AlertSettings {
  const node = getMap(root, 'alerts')
  const link = getScalar(node, 'link')
  if (link !== undefined && !link.text.startsWith('${') && !/^https?:\/\/./i.test(link.text))
    findings.error(
      link.place,
      'bad-format',
      '`link` is no web address.',
      'Write it as `https://concordat.example.com`.',
    )
  const technical = readRoute(get(node, 'technical'), findings, channels, complete)
  const business = readRoute(get(node, 'business'), findings, channels, complete)
  return {
    link: link?.text ?? null,
    routes: { ...(technical && { technical }), ...(business && { business }) },
  }
}

/** A list of channels in the order in which they are tried; names that are none are reported. */
export function readRoute(
  node: Node | undefined,
  findings: Findings,
  channels: ReadonlyMap<string, Channel>,
  complete: boolean,
): readonly string[] | undefined {
  if (node === undefined) return undefined
  const known = [...channels.keys()]
  const route: string[] = []
  for (const { text, place } of texts(node)) {
    if (!channels.has(text)) {
      if (!complete || text === '') continue
      const near = nearMiss(text, known)
      findings.error(
        place,
        'unknown-channel',
        `\`${text}\` is not a channel of this contract${didYouMean(text, known) || '.'}`,
        near !== null
          ? `Write \`${near}\`.`
          : known.length === 0
            ? 'Add it under `channels:`.'
            : `Write one of ${known.map((name) => `\`${name}\``).join(', ')}.`,
      )
    } else if (route.includes(text))
      findings.error(place, 'duplicate-value', `The channel \`${text}\` is listed twice.`, 'Keep one of the two.')
    else route.push(text)
  }
  return route
}
