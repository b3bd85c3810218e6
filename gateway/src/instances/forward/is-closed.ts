/** Whether the other side has closed the connection, whatever it was about to say. */
export function isClosed(error: NodeJS.ErrnoException | undefined): boolean {
  return error?.code === 'ECONNRESET' || error?.code === 'EPIPE'
}
