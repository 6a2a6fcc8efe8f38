import { z } from 'zod'
import { listOf, mapOf } from './plain.ts'

/** What people need to read values that are ids or lists. */
export const legend = {
  references: mapOf(mapOf(z.string()))
    .exactOptional()
    .meta({ description: 'By field (of lines `lines.product`): id of a record that is referred to → its title' }),
  line_fields: mapOf(listOf(z.string()))
    .exactOptional()
    .meta({ description: 'By field of type lines: the names of a line’s values, in their order' }),
}
