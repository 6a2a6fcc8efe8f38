import type { ErrorCode } from '../../model/errors.ts'

/*
 * Problems in Spanish, by their code. What only an English sentence knows (a name, a number, what a system answered) is
 * left to it: it is given as the detail where the code alone would not help.
 */

interface ProblemWords {
  readonly detail: string
  readonly cure?: string
  /** The English sentence says more than the code: it follows as a technical detail. */
  readonly more?: true
}

export const TITLES_ES: Readonly<Record<number, string>> = {
  400: 'La petición no se puede llevar a cabo',
  401: 'Entre primero',
  403: 'No está permitido',
  404: 'No existe',
  405: 'Así no',
  409: 'Ahora no',
  410: 'Ya no',
  413: 'Demasiado',
  415: 'No en esa forma',
  422: 'No se entiende',
  429: 'Demasiadas veces',
  500: 'La petición falló',
  502: 'Un sistema falló',
  503: 'Por el momento no',
}

export const PROBLEMS_ES: Readonly<Partial<Record<ErrorCode | 'api.bad-request' | 'api.unknown-route', ProblemWords>>> =
  {
    'access.signed-out': { detail: 'Esto necesita que alguien haya entrado.', cure: 'Entre con su cuenta.' },
    'access.forbidden': {
      detail: 'Sus roles no lo permiten.',
      cure: 'Un administrador da los roles en la página Personas.',
    },
    'access.cross-site': {
      detail: 'La petición no viene de una página de Concordat.',
      cure: 'Cargue la página de nuevo.',
    },
    'access.throttled': { detail: 'Son demasiados intentos.', cure: 'Espere un poco y vuelva a intentarlo.' },
    'access.wrong-password': {
      detail: 'El correo y la contraseña no van juntos.',
      cure: 'Compruebe ambos, o pida a un administrador un enlace para una contraseña nueva.',
    },
    'access.code-needed': {
      detail: 'Esta cuenta pide además un código.',
      cure: 'Escriba el código de su aplicación, o uno de recuperación.',
    },
    'access.wrong-code': {
      detail: 'El código no vale.',
      cure: 'Espere al siguiente y compruebe la hora del dispositivo.',
    },
    'access.not-fresh': {
      detail: 'Para esto hay que confirmar de nuevo quién es usted.',
      cure: 'Escriba otra vez su contraseña, o entre de nuevo con su proveedor.',
    },
    'access.unconfirmed': {
      detail: 'Todavía no puede firmar: su contraseña viene de un enlace de otra persona.',
      more: true,
    },
    'access.crowded': { detail: 'El servicio está saturado.', cure: 'Vuelva a intentarlo en un momento.' },
    'access.bad-password': {
      detail: 'Esa contraseña es demasiado débil.',
      cure: 'Elija una más larga que no sea fácil de adivinar.',
    },
    'access.bad-role': { detail: 'Ese rol no se puede dar así.', more: true },
    'access.bad-link': {
      detail: 'Este enlace ya no vale o está incompleto.',
      cure: 'Pida uno nuevo a un administrador.',
    },
    'access.account-exists': { detail: 'Ya hay una cuenta con ese correo.' },
    'access.last-admin': {
      detail: 'No quedaría nadie que pueda dar roles.',
      cure: 'Nombre primero a otro administrador.',
    },
    'access.unknown': { detail: 'No existe esa cuenta, persona o forma de entrar.' },
    'access.provider-refused': { detail: 'El proveedor no confirmó su identidad.', more: true },
    'access.provider-unreachable': { detail: 'No se puede llegar al proveedor para entrar.', more: true },
    'engine.unknown-flow': { detail: 'El contrato no tiene ese flujo, o aún no está decidido.' },
    'engine.unknown-record': { detail: 'No existe ese registro.', cure: 'Búsquelo por una parte de su nombre.' },
    'engine.unknown-case': { detail: 'No existe ese caso.', cure: 'La página Casos los muestra.' },
    'engine.unknown-run': {
      detail: 'No existe esa ejecución.',
      cure: 'Las que no hicieron nada se olvidan después de un día.',
    },
    'engine.unknown-entry': {
      detail: 'El historial no tiene esa entrada.',
      cure: 'Lo anterior al plazo del contrato se olvida.',
    },
    'engine.case-resolved': { detail: 'Ese caso ya está resuelto.', cure: 'La página Casos muestra los abiertos.' },
    'engine.cases-changed': {
      detail: 'Mientras tanto ha cambiado lo que esta decisión haría.',
      cure: 'Mire lo que haría ahora y decida de nuevo.',
    },
    'engine.bad-choice': { detail: 'El caso no se puede resolver así.', more: true },
    'engine.busy': { detail: 'El flujo está ocupado por una ejecución.', cure: 'Vuelva a intentarlo en un momento.' },
    'engine.paused': { detail: 'El flujo está en pausa.', cure: 'Reanúdelo primero.' },
    'engine.not-ready': { detail: 'Antes tiene que terminar una ejecución.', cure: 'Pida una y espere a que termine.' },
    'contract.unknown-version': { detail: 'No existe esa versión de las reglas.' },
    'contract.undecided': { detail: 'Faltan decisiones en las reglas.', cure: 'La página Reglas las pregunta.' },
    'contract.unsigned': {
      detail: 'Las reglas no están firmadas por ambos responsables.',
      cure: 'Que las lean y las firmen en la página Reglas.',
    },
    'contract.changed': {
      detail: 'Las reglas ya no son las que usted tiene delante.',
      cure: 'Cargue la página de nuevo y mírelas otra vez.',
    },
    'contract.not-the-owner': {
      detail: 'Solo puede firmar la persona que el contrato nombra responsable.',
      cure: 'Que firme esa persona, o nombre a otra en el contrato.',
    },
    'contract.no-reason': { detail: 'Quien rechaza dice por qué.', cure: 'Escriba un comentario.' },
    'contract.bad-answer': { detail: 'Esa respuesta no vale para la pregunta.', more: true },
    'contract.invalid': { detail: 'El archivo del contrato tiene errores.', more: true },
    'contract.begun': {
      detail: 'Ya hay un contrato.',
      cure: 'Cambie el archivo del contrato y firme las reglas nuevas.',
    },
    'contract.unwritable': { detail: 'El archivo del contrato no se puede escribir.', more: true },
    'notify.unknown-alert': { detail: 'Ese aviso no existe, o ya terminó.' },
    'notify.unknown-channel': { detail: 'El contrato no tiene ese canal.' },
    'demo.unknown': { detail: 'Eso no existe en la demostración.' },
    'demo.bad-value': { detail: 'La tabla no admite ese valor.', more: true },
    'store.unreachable': {
      detail: 'La base de datos de Concordat no responde.',
      cure: 'Vuelva a intentarlo; si sigue así, avise a quien se ocupa del servicio.',
    },
    'store.unwritable': {
      detail: 'La base de datos de Concordat no admite escrituras.',
      cure: 'Avise a quien se ocupa del servicio.',
    },
    'api.bad-cursor': { detail: 'El cursor no es de esta lista.', cure: 'Empiece sin él.' },
    'api.bad-request': { detail: 'La petición no es como esta ruta la admite.', cure: 'Véase /api/docs.' },
    'api.unknown-route': { detail: 'Aquí no hay nada.', cure: 'Véase /api/docs.' },
    bug: { detail: 'La petición falló; el registro técnico del servicio dice dónde.' },
  }
