import { singular, wordsOf } from './names.ts'

/*
 * Columns and tables that keep what lets somebody in: passwords, tokens, keys, and what is made of them. Known by their names in
 * the languages that databases are written in.
 */

const WORDS: ReadonlySet<string> = new Set(
  [
    // English
    'password passwd passwrd pwd pass passphrase passcode passkey userpass passwordhash secret secrets',
    'clientsecret token tokens accesstoken refreshtoken authtoken apitoken jwt bearer salt hash hashed',
    'hmac digest crypt crypted encrypted cipher bcrypt argon2 md5 sha1 sha256 apikey privatekey secretkey',
    'credential credentials otp totp hotp mfa cvv cvc oauth cookie',
    // Spanish, Catalan, Portuguese, Italian
    'contrasena contrasenia contrasenya secreto senha segredo parola segreto palavrapasse',
    // German, Dutch
    'passwort kennwort losungswort geheim geheimnis geheimwort wachtwoord zugangscode zugangsdaten',
    // French
    'motdepasse mdp jeton jetons',
    // Scandinavia, Finland
    'losenord adgangskode kodeord passord salasana',
    // Poland, Czechia, Slovakia, Hungary, Romania, Turkey
    'haslo heslo jelszo sifre parolasi lozinka geslo zaporka',
  ].flatMap((words) => words.split(' ')),
)

/** Several words together, where each by itself is harmless. */
const PHRASES =
  /\b(?:(?:api|access|private|secret|auth|authorization|authentication|encryption|signing|webhook|client|license|activation|reset|recovery|session|ssh|pgp|consumer|app) ?keys?|(?:two|2) ?fa(?:ctor)?|two factor|mot de passe|mots de passe|cle (?:api|secrete|privee|acces)|clave (?:api|secreta|privada|de acceso|acceso|hash)|(?:api|geheim|privat|zugriffs|zugangs) ?schlussel|chiave (?:api|segreta|privata)|chave (?:api|secreta|privada|de acesso)|(?:reset|verification|confirmation|activation|security|auth|sms|login|recovery|backup|invite) codes?|security (?:answer|question)|(?:user|login|card|access|web) pin|palavra passe|losen ord|client secret|signature key)\b/

/** Whether a column or table keeps a secret, by its name. */
export function isSecret(name: string): boolean {
  const words = wordsOf(name)
  if (words.some((word) => WORDS.has(word) || WORDS.has(singular(word)))) return true
  const phrase = words.join(' ')
  // By themselves these are passwords; with more words they are most often codes.
  return phrase === 'clave' || phrase === 'pin' || PHRASES.test(phrase)
}
