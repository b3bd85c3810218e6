/** Whether the other side has closed the connection, whatever it was about to say. */
export function isClosed(error: Error | undefined): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return code === 'ECONNRESET' || code === 'EPIPE'
}
