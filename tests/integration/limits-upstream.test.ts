import { stubUpstreams } from '../support/stub-app.ts'

// What limits.test.ts says of a child process holds for an upstream as well.
stubUpstreams()
await import('./limits.test.ts')
