import { stubUpstreams } from '../support/stub-app.ts'

// What response-smuggling.test.ts says of a child process holds for an upstream as well.
stubUpstreams()
await import('./response-smuggling.test.ts')
