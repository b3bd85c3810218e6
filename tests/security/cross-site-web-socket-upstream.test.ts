import { stubUpstreams } from '../support/stub-app.ts'

// What cross-site-web-socket.test.ts says of a child process holds for an upstream as well.
stubUpstreams()
await import('./cross-site-web-socket.test.ts')
