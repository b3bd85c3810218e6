import { expect, test } from '@jest/globals'
import { flagsOf } from '../../gateway/dist/instances/shared/prove.js'

// Code that starts a gateway would start one in the self-test, which would start its own, and so on.
test.each([
  [['--expose-gc', '-e', 'start()'], ['--expose-gc']],
  [
    ['--input-type=module', '--eval', 'start()', '--max-old-space-size=99'],
    ['--max-old-space-size=99'],
  ],
  [['--eval=start()'], []],
  [['--enable-source-maps', '-pe', 'start()'], ['--enable-source-maps']],
  [['--inspect=9229', '--preserve-symlinks'], ['--preserve-symlinks']],
])('of the flags %j the self-test gets %j', (flags, taken) => {
  expect(flagsOf(flags)).toEqual(taken)
})
