import type { InEach } from '../../model/language.ts'
import type { NoticeKind } from '../../store/access/notices.ts'

/** What a message says. */
export interface NoticeWords {
  readonly subject: string
  readonly happened: string
  readonly todo: string
}

type Words = Readonly<Partial<Record<NoticeKind, (by: string) => NoticeWords>>>

const en: Words = {
  invited: (by) => ({
    subject: 'You have an account',
    happened: `${by} created an account for you, and a link to choose its password.`,
    todo: 'If you did not expect this, ask an administrator, and inform the other owner of your flows: anyone with the link can act as you.',
  }),
  'reset link made': (by) => ({
    subject: 'A link to reset your password was created',
    happened: `${by} created a link to reset the password of your account.`,
    todo: 'If you did not ask for it, inform the other owner of your flows at once: anyone with the link can act as you.',
  }),
  'password reset': (by) => ({
    subject: 'Your password was reset',
    happened: `Someone reset the password of your account with a link that ${by} created. Your sessions and tokens have ended.`,
    todo: 'If it was not you, inform the other owner of your flows and another admin at once.',
  }),
  'account disabled': (by) => ({
    subject: 'Your account was disabled',
    happened: `${by} disabled your account. Your sessions and tokens have ended.`,
    todo: 'If you did not expect this, ask an administrator.',
  }),
}

const es: Words = {
  invited: (by) => ({
    subject: 'Tiene una cuenta',
    happened: `${by} ha creado una cuenta para usted y un enlace para elegir su contraseña.`,
    todo: 'Si no lo esperaba, pregunte a quien la ha creado y avise al otro responsable de sus flujos: quien tenga el enlace puede actuar en su nombre.',
  }),
  'reset link made': (by) => ({
    subject: 'Se ha creado un enlace para elegir una contraseña nueva para usted',
    happened: `${by} ha creado un enlace para elegir una contraseña nueva de su cuenta.`,
    todo: 'Si no lo ha pedido, avise enseguida al otro responsable de sus flujos: quien tenga el enlace puede actuar en su nombre.',
  }),
  'password reset': (by) => ({
    subject: 'Su contraseña es nueva',
    happened: `La contraseña de su cuenta se ha elegido con un enlace que ha creado ${by}. Sus sesiones y tokens han terminado.`,
    todo: 'Si no ha sido usted, avise enseguida al otro responsable de sus flujos y a otro administrador.',
  }),
  'account disabled': (by) => ({
    subject: 'Su cuenta está desactivada',
    happened: `${by} ha desactivado su cuenta. Sus sesiones y tokens han terminado.`,
    todo: 'Si no lo esperaba, pregunte a quien lo ha hecho.',
  }),
}

/** What a message says where something was done to somebody's account; `by`: who did it. */
export const NOTICE_WORDS: Readonly<Record<keyof InEach, Words>> = { en, es }

/** Where nobody knows who did it. */
export const SOMEBODY: InEach = { en: 'Somebody', es: 'Alguien' }
