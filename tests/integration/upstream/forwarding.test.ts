import { stubUpstreams } from '../../support/stub-app.ts'

// What forwarding.test.ts says of a child process holds for an upstream as well.
stubUpstreams()
await import('../forwarding.test.ts')
