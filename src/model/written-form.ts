/*
 * How a system writes values of a type that have several usual forms. Every form is read, whichever is written; only
 * what we write into a system has to be chosen.
 */

/** A country: `ES`, `ESP`, or its name in a language. */
export const COUNTRY_FORMS = ['code', 'code3', 'name'] as const
export type CountryForm = (typeof COUNTRY_FORMS)[number]

/** Languages whose names of countries are understood, and can be written. */
export const COUNTRY_LANGUAGES = ['en', 'es', 'fr', 'de', 'it', 'pt', 'nl', 'ca', 'pl', 'cs', 'sv', 'da'] as const
export type CountryLanguage = (typeof COUNTRY_LANGUAGES)[number]

/** A phone number: `+34600111222`, `600111222` (in its own country), or `+34 600 11 12 22`. */
export const PHONE_FORMS = ['international', 'national', 'spaced'] as const
export type PhoneForm = (typeof PHONE_FORMS)[number]
