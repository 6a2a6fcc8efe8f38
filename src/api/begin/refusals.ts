import { ConcordatError } from '../../model/errors.ts'

/*
 * What a guided beginning cannot take, in both languages.
 */

type Words = readonly [message: string, cure: string]

const refused = ([message, cure]: Words, [es]: readonly [string]): ConcordatError =>
  new ConcordatError('contract.bad-answer', message, { cure, in: { es } })

/** The URL is not that of a database; itself it stays out of the message, because it may hold a password. */
export const noDatabaseUrl = (): ConcordatError =>
  refused(
    [
      'This is not the URL of a database that can be connected to.',
      'Write it as postgres://user:password@host/database or mysql://user:password@host/database.',
    ],
    [
      'Esta no es la URL de una base de datos a la que se pueda conectar. Escríbala como postgres://usuario:contraseña@servidor/base o mysql://usuario:contraseña@servidor/base.',
    ],
  )

/** Neither typed nor in the environment. */
export const noUrl = (variable: string): ConcordatError =>
  refused(
    ['The URL is missing.', `Write it, or set the variable ${variable} and start the service again.`],
    [`Falta la URL. Escríbala, o ponga la variable ${variable} y vuelva a iniciar el servicio.`],
  )

/** Concordat's own store is no system to be kept in agreement. */
export const ownStore = (): ConcordatError =>
  refused(
    ['This is the database in which Concordat keeps its own state.', 'Give the URL of a business system.'],
    ['Esta es la base de datos en la que Concordat guarda su propio estado. Dé la URL de un sistema de la empresa.'],
  )

/** A contract cannot call a system so, or calls the other one so. */
export const badName = (name: string): ConcordatError =>
  refused(
    [
      `"${name}" cannot be the name of this system.`,
      'Use a short word of letters, digits, - or _ that the other system does not have, such as erp or shop.',
    ],
    [
      `«${name}» no puede ser el nombre de este sistema. Use una palabra corta de letras, cifras, - o _ que el otro sistema no tenga, como erp o tienda.`,
    ],
  )

/** A step comes before another is done. */
export const tooEarly = (): ConcordatError =>
  refused(
    ['The steps before this one are not done yet.', 'Load the page again, and go on where it shows.'],
    ['Los pasos anteriores no están hechos todavía. Cargue la página de nuevo y siga donde indica.'],
  )

/** A table cannot be paired. */
export const badTable = (table: string): ConcordatError =>
  refused(
    [`The table ${table} cannot be paired.`, 'Choose each table once, from those that the page offers.'],
    [`La tabla ${table} no se puede emparejar. Elija cada tabla una vez, de las que ofrece la página.`],
  )

/** A flow, or a column of its tables, is not there. */
export const badField = (name: string): ConcordatError =>
  refused(
    [`There is no ${name} to keep in agreement.`, 'Choose from what the page offers.'],
    [`No hay ${name} que mantener de acuerdo. Elija de lo que ofrece la página.`],
  )

/** The answers do not make a contract. */
export const badAnswers = (message: string, cure: string): ConcordatError =>
  new ConcordatError('contract.bad-answer', message, { cure })

/** The environment file holds another system under this name. */
export const takenVariable = (cause: ConcordatError): ConcordatError =>
  new ConcordatError('contract.unwritable', cause.message, {
    cause,
    cure: 'Remove that line, or give the system another name in the first step.',
  })
