/** @type {import('jest').Config} */
export default {
  rootDir: '..',
  roots: ['<rootDir>/tests', '<rootDir>/gateway/src'],
  testEnvironment: 'node',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/tests/fixtures/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } } }],
  },
  globalSetup: '<rootDir>/tests/support/global-setup.js',
  testTimeout: 120_000,
  testSequencer: '<rootDir>/tests/support/sequencer.js',
  // Each end-to-end file runs several Node.js processes of its own.
  maxWorkers: 2,
  // Only a real leak is worth the warning that a worker did not end.
  workerGracefulExitTimeout: 10_000,
  // With `--coverage`: what gateways in the tests' own processes ran; what `tenantry start` ran is not counted.
  coverageProvider: 'v8',
  collectCoverageFrom: ['gateway/{src,dist}/{http,pipeline,tenants}/**/*.{ts,js}', '!**/*.d.ts'],
  coverageReporters: ['text'],
}
