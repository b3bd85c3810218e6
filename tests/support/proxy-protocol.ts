const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

/** A binary header of the PROXY protocol. */
export function proxyV2(command: number, family: number, content: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(content.length)
  return Buffer.concat([SIGNATURE, Buffer.from([command, family]), length, content])
}
