/** Who can have the last word, and the starting points, in English. */
export const startingPointsEn = {
  leads: (one: string, other: string) =>
    `${one}’s values count; what ${other} knows better flows back where a field says so.`,
  only: (one: string, other: string) => `${one} is only read, ${other} only written.`,
  neither: 'A change in either counts; a further rule says what happens when both change.',
  starts: {
    equals: {
      title: (_leader: string) => 'Equals',
      means: (_leader: string) =>
        'Changes go both ways; where both changed, the newest counts or a person decides. People decide the rest.',
    },
    'people-decide': {
      title: (leader: string) => `${leader} leads, people decide`,
      means: (_leader: string) => 'Nothing is created, reverted or deleted on the other side before a person says so.',
    },
    automatic: {
      title: (leader: string) => `${leader} leads, automatic`,
      means: (leader: string) =>
        `${leader}’s values are written over differing ones, what is missing is created; nothing is ever deleted.`,
    },
  },
}
