/*
 * Texts with places to fill in: `GET customers/{{ id }}`. A place is a name in two pairs of braces.
 */

const PLACE = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g

/** Names of the places of a template, in order. */
export const templateNames = (template: string): readonly string[] =>
  [...template.matchAll(PLACE)].map(([, name]) => name!)

/** The template with its places filled in; `encode` is applied to what is put there. */
export function fillTemplate(
  template: string,
  values: Readonly<Record<string, string>>,
  encode: (text: string) => string = (text) => text,
): string {
  return template.replace(PLACE, (_, name: string) => encode(Object.hasOwn(values, name) ? values[name]! : ''))
}
