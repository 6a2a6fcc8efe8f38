import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import { connectorConformance } from '../../src/connector-kit/conformance/conformance.ts'
import { postgresSystem } from './postgres-system.ts'

connectorConformance('postgres', { afterAll, beforeAll, beforeEach, describe, test }, () => postgresSystem())
