import { stubUpstreams } from '../support/stub-app.ts'

// What malformed-requests.test.ts says of a child process holds for an upstream as well.
stubUpstreams()
await import('./malformed-requests.test.ts')
