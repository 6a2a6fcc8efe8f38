import { listed } from '../../contract/phrases.ts'
import type { en } from './signing-en.ts'

export const es: typeof en = {
  owner: { business: 'responsable de negocio', technical: 'responsable técnico' },
  refused: (who, comment) => `${who} rechazó estas reglas: ${comment}`,
  missing: (who) =>
    `${listed(who, 'and', 'es')} ${who.length === 1 ? 'tiene' : 'tienen'} que firmar las reglas antes de que entren en vigor.`,
}
