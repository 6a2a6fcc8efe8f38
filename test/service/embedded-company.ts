import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { layoutOf } from '../../src/store/embedded/cluster.ts'
import { dataDirectory } from '../../src/store/embedded/location.ts'
import { findPostmaster } from '../../src/store/embedded/postmaster.ts'
import { openSigned } from '../harness/sign.ts'
import { openCompany, type Company } from './stage.ts'

/** A company whose store is the embedded server; `folder`: its home. */
export async function embedded(
  folder?: string,
): Promise<{ company: Company; cluster: string; kill(): number; postmaster(): number }> {
  const home = folder ?? (await mkdtemp(join(tmpdir(), 'concordat-killed-')))
  // Where this test runs as root, another account keeps the data.
  await chmod(home, 0o755)
  const options = {
    customers: { schedule: { erp: 'real-time', crm: 'real-time' } },
    env: { DATABASE_URL: '', CONCORDAT_HOME: home },
  }
  const company = await openCompany(options, { sign: false })
  const { cluster } = layoutOf(dataDirectory(home, {}))
  const postmaster = (): number => findPostmaster(cluster)?.pid ?? 0
  onTestFinished(async () => {
    if (postmaster() > 0) process.kill(postmaster(), 'SIGKILL')
    if (folder === undefined) await rm(home, { recursive: true, force: true, maxRetries: 5 })
  })
  const env = { ...options.env, ERP_URL: company.erpWire.url, CRM_URL: company.crm.url, SHOP_URL: company.crm.url }
  await (await openSigned({ contract: company.contract, env })).close()
  const kill = (): number => {
    const pid = postmaster()
    // 0 would be this very process and all that it belongs to.
    if (pid <= 0) throw new Error('there is no server to kill')
    process.kill(pid, 'SIGKILL')
    return pid
  }
  return { company, cluster, kill, postmaster }
}

/** The status of `/health`; 0: no answer. */
export const health = (url: string): Promise<number> =>
  fetch(`${url}/health`).then(
    ({ status }) => status,
    () => 0,
  )
