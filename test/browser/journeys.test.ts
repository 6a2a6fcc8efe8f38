import { expect, test } from 'vitest'
import { describeBrowser } from '../harness/browser.ts'
import { alertJourneys } from './journeys/alerts.ts'
import { caseJourneys } from './journeys/cases.ts'
import { logJourneys } from './journeys/log.ts'
import { operatingJourneys } from './journeys/operating.ts'
import { peopleJourneys } from './journeys/people.ts'
import { playJourneys } from './journeys/play.ts'
import { restrictedJourneys } from './journeys/restricted.ts'
import { ruleJourneys } from './journeys/rules.ts'
import { journeyStage } from './journeys/stage.ts'

/*
 * What owners, admins and viewers do from one end to the other, in this order, on one demo: the people who are invited first own
 * the customers afterwards.
 */

describeBrowser('journeys', (browser) => {
  const stage = journeyStage(browser)
  peopleJourneys(stage)
  ruleJourneys(stage)
  restrictedJourneys(stage)
  caseJourneys(stage)
  operatingJourneys(stage)
  logJourneys(stage)
  playJourneys(stage)
  alertJourneys(stage)

  test('no page asked for what its reader may not see, and none broke', () => {
    expect(stage.complaints).toEqual([])
  })
})
