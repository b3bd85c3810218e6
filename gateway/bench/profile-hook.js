// Loaded into a server with `--import`: profiles it from one SIGUSR2 to the next, and writes the profile to the file that
// this module's address names: profile-hook.js?file=FILE&interval=MICROSECONDS
import { renameSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'

const { searchParams } = new URL(import.meta.url)
const file = searchParams.get('file')
let session

process.on('SIGUSR2', () => void (session === undefined ? start() : stop()))

async function start() {
  session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', {
    interval: Number(searchParams.get('interval')),
  })
  await session.post('Profiler.start')
}

async function stop() {
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  session = undefined
  writeFileSync(`${file}.part`, JSON.stringify(profile))
  renameSync(`${file}.part`, file)
}
