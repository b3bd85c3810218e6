// The shared runtime: its self-test, memory for each further app, and its speed beside plain `next()`.
import { dirname } from 'node:path'
import { benchPages } from './http.js'
import { median, verdict } from './report.js'
import { PROBE, buildIfMissing, startGateway, untilPrinted, writeConfig } from './servers.js'
import { benchSharedMemory } from './shared-memory.js'
import { onStage } from './stage.js'

const SELF_TESTS = 5
/** Milliseconds. */
const MOST_SELF_TEST = 1000

export async function benchShared(options) {
  await benchSelfTest()
  await benchSharedMemory()
  await benchPages(options, 'shared')
}

function benchSelfTest() {
  return onStage(async (stage) => {
    await buildIfMissing(stage, PROBE)
    const config = await writeConfig(stage, {
      'gateway.json': { appsRoot: dirname(PROBE), log: { level: 'debug' } },
      'apps/probe.json': { dir: PROBE, runtime: 'shared' },
      'tenants/probe.json': { hosts: ['probe.localhost'] },
    })
    const times = []
    for (let i = 0; i < SELF_TESTS; i++) {
      const server = await startGateway(stage, config, 'probe.localhost', `self-test ${i}`)
      const line = await untilPrinted(server, /"event":"shared.proven".*/)
      times.push(Number(/"ms":(\d+)/.exec(line)?.[1]))
    }
    const middle = median(times)
    console.log(`\nSelf-test, first load to last check: ${times.join(', ')} ms`)
    console.log(`  ${verdict(middle < MOST_SELF_TEST)}: ${middle} ms, under ${MOST_SELF_TEST}`)
  })
}
