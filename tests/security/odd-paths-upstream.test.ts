import { stubUpstreams } from '../support/stub-app.ts'

// What odd-paths.test.ts says of a child process holds for an upstream as well.
stubUpstreams()
await import('./odd-paths.test.ts')
