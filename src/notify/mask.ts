/**
 * The text without any of these values. Errors of ours hold no secrets; this is for those of drivers and servers that
 * repeat what they were given.
 */
export function masked(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '•••'), text)
}
