const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n|nan|inf|~)$/i

/** A YAML scalar that reads back as this very text. */
export function scalar(text: string): string {
  return /^[A-Za-z_][A-Za-z0-9_./-]*$/.test(text) && !RESERVED.test(text) ? text : JSON.stringify(text)
}
