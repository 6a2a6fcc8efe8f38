import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/*
 * Requests go where a contract says, and a name may lead anywhere: into our own network, to the metadata of a cloud. Unless
 * the contract allows it, connections to addresses that are not public are not made, whatever name they were found by.
 */

/** The address that a name led to is not public. */
export class PrivateAddress extends Error {
  readonly code = 'PRIVATE_ADDRESS'
}

/** Whether an address belongs to the public internet. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  // An IPv4 address within an IPv6 one is judged as itself.
  return ipaddr.process(address).range() === 'unicast'
}

/** Throws `PrivateAddress` for a host that is written as an address which is not public. */
export function demandPublicHost(host: string): void {
  const plain = host.replace(/^\[|\]$/g, '')
  if (isIP(plain) !== 0 && !isPublicAddress(plain)) throw new PrivateAddress(`${host} is not a public address.`)
}

type Found = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void

/** Name resolution for sockets that answers with public addresses only. */
export function publicLookup(host: string, options: LookupOptions, found: Found): void {
  resolve(host, { ...options, all: true }, (error, addresses) => {
    if (error) return found(error, [])
    const open = addresses.filter(({ address }) => isPublicAddress(address))
    if (open.length === 0) return found(new PrivateAddress(`${host} leads to an address that is not public.`), [])
    return options.all ? found(null, open) : found(null, open[0]!.address, open[0]!.family)
  })
}
