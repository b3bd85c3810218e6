/** Endings of files, and the types that fit them. */
const KINDS: readonly (readonly [ending: string, type: RegExp])[] = [
  ['css', /^text\/css/],
  ['[mc]?js|jsx', /^(?:text|application)\/(?:x-)?(?:java|ecma)script/],
  ['json|map|webmanifest', /^(?:application|text)\/(?:[\w.-]+\+)?json/],
  ['txt|csv', /^text\/(?:plain|csv)/],
  ['avif|bmp|gif|ico|jpe?g|pict?|png|svgz?|tiff?|webp', /^image\//],
  ['aac|flac|midi?|mp[34]|ogg|wav|webm', /^(?:audio|video|application\/ogg)/],
  ['eot|otf|ttf|woff2?', /^(?:font\/|application\/(?:x-)?font|application\/vnd\.ms-font)/],
  [
    '7z|apk|bin|bz2|class|docx?|eps|exe|gz|iso|jar|pdf|pptx?|ps|rar|tar|wasm|xlsx?|zip|zst',
    /^application\/(?!xhtml|xml|(?:[\w.-]+\+)?json)/,
  ],
]

/** A slash at the end is there to be taken away. */
const ENDINGS = KINDS.map(
  ([ending, type]) => [new RegExp(`\\.(?:${ending})(?:/|%2f)*$`, 'i'), type] as const,
)

/**
 * Whether something else was given for a path that looks like a file's, as where an attacker sends a visitor to `/account/x.css`: what rules
 * say of the caching of files is not meant for it.
 * @param path as it stands in the target, without the query
 */
export function isDeception(path: string, contentType = ''): boolean {
  const kind = ENDINGS.find(([ending]) => ending.test(path))
  return kind !== undefined && !kind[1].test(contentType.trimStart().toLowerCase())
}
