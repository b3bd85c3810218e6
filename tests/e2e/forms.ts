import { fetchOn } from '../support/http.ts'

/** The hidden fields of the form that holds a text, such as a test id: with them a browser without JavaScript posts. */
export function readForm(html: string, holds: string): Record<string, string> {
  const form = html.match(/<form.*?<\/form>/gs)?.find((found) => found.includes(holds))
  if (form === undefined) throw new Error(`no form with ${holds} in ${html.slice(0, 500)}`)
  const inputs = form.matchAll(/<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?/g)
  return Object.fromEntries(
    [...inputs].map(([, name = '', value = '']) => [name, value.replaceAll('&quot;', '"')]),
  )
}

/** Posts a form as a browser does: multipart, with the Origin of the page it stands on. */
export async function postForm(
  port: number,
  url: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  const encoded = new Response(form)
  return fetchOn(port, url, {
    method: 'POST',
    headers: {
      'content-type': encoded.headers.get('content-type') ?? '',
      origin: new URL(url).origin,
      ...headers,
    },
    body: await encoded.text(),
  })
}
