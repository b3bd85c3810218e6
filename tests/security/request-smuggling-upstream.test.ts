import { stubUpstreams } from '../support/stub-app.ts'

// What request-smuggling.test.ts says of a child process holds for an upstream as well.
stubUpstreams()
await import('./request-smuggling.test.ts')
