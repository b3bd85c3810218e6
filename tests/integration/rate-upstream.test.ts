import { stubUpstreams } from '../support/stub-app.ts'

// What rate.test.ts says of a child process holds for an upstream as well.
stubUpstreams()
await import('./rate.test.ts')
