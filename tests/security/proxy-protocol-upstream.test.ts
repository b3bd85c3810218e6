import { stubUpstreams } from '../support/stub-app.ts'

// What proxy-protocol.test.ts says of a child process holds for an upstream as well.
stubUpstreams()
await import('./proxy-protocol.test.ts')
