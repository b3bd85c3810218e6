import { stubUpstreams } from '../support/stub-app.ts'

// What tenant-header-spoofing.test.ts says of a child process holds for an upstream as well.
stubUpstreams()
await import('./tenant-header-spoofing.test.ts')
