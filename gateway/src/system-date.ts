/**
 * `Date` as Node.js has it. Next.js puts one of its own in its place, which looks first whether a page is being rendered
 * (`server/node-environment-extensions/date.js`): to be imported before Next.js is.
 */
export const SystemDate = Date
