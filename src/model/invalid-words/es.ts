import type { en } from './en.ts'

/** Why a value is invalid, in Spanish. */
export const es: typeof en = {
  neitherYesNorNo: (shown) => `${shown} no es ni sí ni no`,
  notACountry: (shown) => `${shown} no es un país`,
  notADate: (shown) => `${shown} no es una fecha`,
  notAnInstant: (shown) => `${shown} no es una fecha con hora`,
  notAnEmail: (shown) => `${shown} no es una dirección de correo`,
  notAUrl: (shown) => `${shown} no es una dirección web`,
  notAPhone: (shown) => `${shown} no es un número de teléfono`,
  notAPhoneOf: (shown, country) => `${shown} no es un número de teléfono de ${country}`,
  notAPhoneWithPrefix: (shown) => `${shown} no es un número de teléfono con prefijo de país`,
  notAVatNumberOf: (shown, country) => `${shown} no es un número de IVA de ${country}`,
  notAVatNumberWithPrefix: (shown) => `${shown} no es un número de IVA con prefijo de país`,
  mayMean: (shown, one, other) => `${shown} puede significar ${one} o ${other}`,

  notANumber: (shown) => `${shown} no es un número`,
  notAWholeNumber: (shown) => `${shown} no es un número entero`,
  notInCurrency: (shown, currency) => `${shown} no es un importe en ${currency}`,
  longNumber: (shown, most) => `${shown} tiene más de ${most} caracteres`,
  largeExponent: (shown, most) => `${shown} tiene un exponente que pasa de ${most}`,
  manyDigits: (shown) => `${shown} tiene demasiados dígitos`,

  brokenText: () => 'el texto contiene un carácter NUL o Unicode dañado',
  brokenId: () => 'el identificador contiene un carácter NUL o Unicode dañado',
  longText: (has, allowed) => `el texto tiene ${has} caracteres y se admiten ${allowed}`,
  noneOf: (shown, values) => `${shown} no es ninguno de estos valores: ${values}`,
  unknownIn: (shown, system, known) => `${shown} no es ninguno de los valores conocidos en ${system}: ${known}`,
  noId: (expression) => `no hay con qué formar el identificador: ${expression} está vacío`,
  noCounterpart: (shown, system, have) => `${shown} no tiene correspondencia en ${system}; la tienen solo ${have}`,

  cannotBeEmpty: (column) => `la columna ${column} no puede quedar sin valor allí`,

  noLines: () => 'el texto no es una lista de líneas',
  noChildRows: () => 'las filas de las líneas no llegaron como JSON',
  inLine: (line, why) => `línea ${line}: ${why.reasonIn('es')}`,
  inLineField: (line, field, why) => `línea ${line}, ${field}: ${why.reasonIn('es')}`,
  inPart: (name, why) => `${name}: ${why.reasonIn('es')}`,

  expressionFailed: (why) => `la expresión falló: ${why.reasonIn('es')}`,
  expressionBroke: (detail) => `la expresión falló (detalle técnico: ${detail})`,
  expressionGivesLongText: () => 'la expresión da un texto demasiado largo',
  expressionGivesNoNumber: () => 'la expresión no da un número finito',
  expressionGivesNoText: () => 'la expresión no da un texto',
  longTextIn: (most) => `un texto pasa de los ${most} caracteres que una expresión admite`,
  textGrew: (most) => `un texto creció más allá de ${most} caracteres`,
  longPattern: (most) => `el patrón tiene más de ${most} caracteres`,
  brokenPattern: (detail) => `el patrón no se puede leer (detalle técnico: ${detail})`,
  moreDigits: (most) => `un número tiene más de ${most} dígitos`,
  divisionByZero: () => 'división entre cero',
  roundedBeyond: (most) => `un número se redondea a 0 decimales como mínimo y a ${most} como máximo`,
  notFinite: () => 'el número no es finito',
}
