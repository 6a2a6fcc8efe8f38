/** A text as it stands in a pattern of LIKE and means itself. */
export const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, (c) => `\\${c}`)
