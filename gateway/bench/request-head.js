/** The bytes of a GET without a body. @param encoding `Accept-Encoding`; empty: none */
export function requestHead({ path, host, encoding = '' }) {
  const accept = encoding === '' ? '' : `Accept-Encoding: ${encoding}\r\n`
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: tenantry-bench\r\nAccept: */*\r\n${accept}\r\n`
}
