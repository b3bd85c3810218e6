import { stubUpstreams } from '../support/stub-app.ts'

// What trusted-proxies.test.ts says of a child process holds for an upstream as well.
stubUpstreams()
await import('./trusted-proxies.test.ts')
