import swagger from '@fastify/swagger'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { FastifyInstance } from 'fastify'
import type { Door } from '../door.ts'
import type { ApiParts, Routes } from '../routes.ts'
import { alertRoutes } from './alerts.ts'
import { askedLanguage } from './asked-language.ts'
import { caseRoutes } from './cases.ts'
import { documentRoutes, openApi } from './document.ts'
import { tagAnswers } from './etag.ts'
import { eventRoutes } from './events.ts'
import { flowRoutes } from './flows.ts'
import { homeRoutes } from './home.ts'
import { logRoutes } from './log.ts'
import { auditRoutes } from './audit.ts'
import { beginRoutes } from './begin.ts'
import { demandPlainText } from './plain-text.ts'
import { peopleRoutes } from './people.ts'
import { sessionRoutes } from './session.ts'
import { signatureRoutes } from './signatures.ts'
import { tokenRoutes } from './tokens.ts'
import { playgroundRoutes } from './playground.ts'
import { providerRoutes } from './provider-sign-in.ts'
import { answerProblems } from './problem-answer.ts'
import { secondFactorRoutes } from './second-factor.ts'
import { recordRoutes } from './records.ts'
import { ruleRoutes } from './rules.ts'
import { runRoutes } from './runs.ts'
import { systemRoutes } from './systems.ts'
import type { V1DoorRoutes, V1Routes, V1Server } from './v1-server.ts'

/** All concerns of the API: the one place where one is added. */
const CONCERNS: readonly V1Routes[] = [
  homeRoutes,
  flowRoutes,
  caseRoutes,
  recordRoutes,
  logRoutes,
  runRoutes,
  ruleRoutes,
  alertRoutes,
  systemRoutes,
  eventRoutes,
  playgroundRoutes,
]
/** Who may do what: accounts, sessions, tokens. */
const ACCESS: readonly V1Routes[] = [peopleRoutes, tokenRoutes, auditRoutes, signatureRoutes]
/** What there is also before there is a contract: signing in, and beginning one. */
const DOOR: readonly V1DoorRoutes[] = [sessionRoutes, providerRoutes, secondFactorRoutes, beginRoutes]

/** `/api/v1`: what the dashboard and other programs see and do. One schema a route checks, types and documents it. */
export const v1Routes: Routes = (server, parts) =>
  addConcerns<ApiParts>(server, parts, [...DOOR, ...ACCESS, ...CONCERNS])

/** The same while there is no contract. */
export const v1DoorRoutes: Routes<Door> = (server, door) => addConcerns<Door>(server, door, DOOR)

async function addConcerns<Parts extends Door>(
  server: FastifyInstance,
  parts: Parts,
  concerns: readonly ((server: V1Server, parts: Parts) => Promise<void> | void)[],
): Promise<void> {
  const v1 = server.withTypeProvider<ZodTypeProvider>()
  v1.setValidatorCompiler(validatorCompiler)
  v1.setSerializerCompiler(serializerCompiler)
  askedLanguage(v1)
  answerProblems(v1, parts.telling)
  demandPlainText(v1)
  tagAnswers(v1)
  await v1.register(swagger, openApi)
  for (const concern of concerns)
    await v1.register(async (scope) => concern(scope.withTypeProvider<ZodTypeProvider>(), parts), { prefix: '/api/v1' })
  documentRoutes(v1)
}
