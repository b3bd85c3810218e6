import { stubUpstreams } from '../../support/stub-app.ts'

// What upgrade.test.ts says of a child process holds for an upstream as well.
stubUpstreams()
await import('../upgrade.test.ts')
