/** What the gateway reads of its environment. The only place that reads `process.env`. */
export interface GatewayEnv {
  /** `PORT`: the port to listen on, where no flag names one. */
  readonly port: number | undefined
  /** `NO_COLOR` is not set, and standard output is a terminal. */
  readonly colour: boolean
  /** Everything, of which children get a few variables. */
  readonly all: Readonly<Record<string, string | undefined>>
}

/** @throws {RangeError} where `PORT` is not a port */
export function readEnv(): GatewayEnv {
  const { PORT, NO_COLOR } = process.env
  const port = PORT === undefined || PORT === '' ? undefined : Number(PORT)
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new RangeError(`PORT is '${PORT}': write a number from 0 to 65535`)
  }
  return {
    port,
    colour: Boolean(process.stdout.isTTY) && (NO_COLOR === undefined || NO_COLOR === ''),
    all: { ...process.env },
  }
}
