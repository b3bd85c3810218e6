const WORDS =
  'a gateway reads the host of each request and hands it to the app that serves this tenant while nobody waits for anybody else and every answer is the one that was asked for'.split(
    ' ',
  )

/** Paragraphs that are the same in each build and of each render: seldom two alike, so that they compress as prose does. */
export function Text({ paragraphs }) {
  return Array.from({ length: paragraphs }, (_, n) => <p key={n}>{sentence(n + 1)}</p>)
}

function sentence(seed) {
  let state = seed
  return Array.from({ length: 40 }, () => {
    state = (state * 48_271) % 2_147_483_647
    return WORDS[state % WORDS.length]
  }).join(' ')
}
