// Loaded into a server with `--import`: on SIGUSR2 it collects all garbage and gives its pages back, which `gc()` of Node.js 20 does not,
// so that what is measured is what it keeps.
import { Session } from 'node:inspector/promises'

process.on('SIGUSR2', () => {
  const session = new Session()
  session.connect()
  void session.post('HeapProfiler.collectGarbage').then(() => session.disconnect())
})
