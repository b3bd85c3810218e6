import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent, type AgentOptions } from 'node:https'

/** All connections of an agent lead to one server: none has to be told from others by a name made of its options. */
function getName(): string {
  return 'target'
}

/** The connections to a server that speaks http, over TCP or a Unix socket. @param options of Node's own agents */
export function httpAgent(options: AgentOptions): HttpAgent {
  // Where it is empty, Node.js does not work it out from each Host.
  return Object.assign(new HttpAgent({ ...options, servername: '' } as AgentOptions), { getName })
}

/** The connections to a server that speaks https. @param options of Node's own agents, `servername` among them */
export function httpsAgent(options: AgentOptions): HttpsAgent {
  return Object.assign(new HttpsAgent(options), { getName })
}
