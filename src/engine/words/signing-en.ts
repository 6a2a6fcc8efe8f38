/** Who has to sign the rules of a flow, or why somebody did not want to. */
export const en = {
  owner: { business: 'business owner', technical: 'technical owner' },
  refused: (who: string, comment: string) => `${who} refused these rules: ${comment}`,
  missing: (who: readonly string[]) => `${who.join(' and ')} must sign the rules before they take effect.`,
}
