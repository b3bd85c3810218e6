/** What files of these kinds are is never a page. */
const FILE =
  /\.(?:7z|aac|apk|avif|bin|bmp|bz2|class|css|csv|docx?|eot|eps|exe|flac|gif|gz|ico|iso|jar|jpe?g|jsx?|json|map|midi?|mjs|mp[34]|ogg|otf|pdf|pict?|png|pptx?|ps|rar|svgz?|tar|tiff?|ttf|txt|wasm|wav|web[mp]|webmanifest|woff2?|xlsx?|zip|zst)$/i

const PAGE = /^(?:text\/html|text\/x-component|application\/xhtml\+xml)\b/i

/**
 * Whether a page was given for a path that looks like a file's, as where an attacker sends a visitor to `/account/x.css`: what rules say of
 * the caching of files is not meant for it.
 * @param path as it stands in the target, without the query
 */
export function isDeception(path: string, contentType: string | undefined): boolean {
  return contentType !== undefined && PAGE.test(contentType) && FILE.test(path)
}
