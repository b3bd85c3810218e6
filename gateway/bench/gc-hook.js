// Loaded into a server with `--expose-gc`: on SIGUSR2 it collects all garbage and gives its pages back, so that what is measured is what it keeps.
process.on('SIGUSR2', () =>
  globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
)
