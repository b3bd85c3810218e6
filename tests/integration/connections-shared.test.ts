import { stubShared } from '../support/stub-app.ts'

// What connections.test.ts says of a child process holds for an app in the gateway's own process as well.
stubShared()
await import('./connections.test.ts')
