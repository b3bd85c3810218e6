import Sequencer from '@jest/test-sequencer'

/** Files that take a minute or more: without times of earlier runs, Jest would begin small files last. */
const LONG = /\/(?:e2e\/|security\/compartments|integration\/releases)/

/** Begins long files first, so that no worker is left alone with one at the end. */
export default class LongFirst extends Sequencer {
  sort(tests) {
    // oxlint-disable-next-line no-array-sort -- Jest's own, of its files
    const sorted = super.sort(tests)
    const isLong = ({ path }) => LONG.test(path)
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))]
  }
}
