import { stubUpstreams } from '../support/stub-app.ts'

// What clients-that-leave.test.ts says of a child process holds for an upstream as well.
stubUpstreams()
await import('./clients-that-leave.test.ts')
