import type { startingPointsEn } from './starting-points-en.ts'

/** Who can have the last word, and the starting points, in Spanish. */
export const startingPointsEs: typeof startingPointsEn = {
  leads: (one, other) => `Cuentan los valores de ${one}; lo que ${other} sabe mejor vuelve donde un campo así lo dice.`,
  only: (one, other) => `${one} solo se lee, ${other} solo se escribe.`,
  neither: 'Cuenta un cambio en cualquiera; otra regla dice qué pasa cuando cambian los dos.',
  starts: {
    equals: {
      title: () => 'Iguales',
      means: () =>
        'Los cambios van en ambos sentidos; si los dos cambiaron, cuenta el más reciente o decide una persona. El resto lo deciden personas.',
    },
    'people-decide': {
      title: (leader) => `${leader} manda, deciden personas`,
      means: () => 'Nada se crea, revierte ni borra en el otro lado antes de que lo diga una persona.',
    },
    automatic: {
      title: (leader) => `${leader} manda, automático`,
      means: (leader) =>
        `Los valores de ${leader} se escriben sobre los que difieren y se crea lo que falta; nunca se borra nada.`,
    },
  },
}
