import { stubUpstreams } from '../support/stub-app.ts'

// What slow-clients.test.ts says of a child process holds for an upstream as well.
stubUpstreams()
await import('./slow-clients.test.ts')
