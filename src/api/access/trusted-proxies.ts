import { isIP } from 'node:net'
import { ConcordatError } from '../../model/errors.ts'

/** Where the setting stands. */
export const TRUSTED_PROXIES = 'CONCORDAT_TRUSTED_PROXIES'

const NAMED = new Set(['loopback', 'linklocal', 'uniquelocal'])
const MOST_PROXIES = 10

/** Whether the word of a proxy counts; `hop`: how many stand between it and us. */
type TrustsProxy = (address: string, hop: number) => boolean

/**
 * The proxies whose word counts on where a visitor comes from: how many stand before us, or their addresses; false: none.
 * Throws `config.bad-address` when the text is neither. Whoever reaches the port past a number of proxies can name any
 * address, which is why the page of operations says what must stand before it.
 */
export function trustedProxiesOf(text: string | undefined): TrustsProxy | string[] | false {
  const said = text?.trim() ?? ''
  if (said === '' || said === '0') return false
  if (/^\d+$/.test(said) && Number(said) <= MOST_PROXIES) return (_, hop) => hop < Number(said)
  const addresses = said.split(',').map((one) => one.trim())
  if (addresses.every(isAddress)) return addresses
  throw new ConcordatError(
    'config.bad-address',
    `${TRUSTED_PROXIES} names neither a number of proxies nor addresses.`,
    {
      cure: `Give how many proxies stand before Concordat (1 to ${MOST_PROXIES}), or their addresses, e.g. 10.0.0.5 or 10.0.0.0/8, with commas between.`,
    },
  )
}

function isAddress(text: string): boolean {
  if (NAMED.has(text)) return true
  const [address = '', bits, ...more] = text.split('/')
  const version = isIP(address)
  const fits =
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128))
  return version !== 0 && fits && more.length === 0
}
