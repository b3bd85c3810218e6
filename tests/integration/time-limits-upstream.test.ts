import { stubUpstreams } from '../support/stub-app.ts'

// What time-limits.test.ts says of a child process holds for an upstream as well.
stubUpstreams()
await import('./time-limits.test.ts')
