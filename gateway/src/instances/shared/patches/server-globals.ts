import { keyGlobal } from '../keyed.ts'
import type { Patch } from './patch.ts'

/** `NEXT_CLIENT_ASSET_SUFFIX` (`server/base-server.js`): `?dpl=` of the deployment. Check `deployment-id`. */
export const assetSuffix: Patch = {
  name: 'asset-suffix',
  install: () => keyGlobal('NEXT_CLIENT_ASSET_SUFFIX'),
}

/** What a router server offers to pages (`server/lib/router-utils/router-server-context.js`). Defensive: keyed by folder already. */
export const routerContext: Patch = {
  name: 'router-context',
  install: () => keyGlobal(Symbol.for('@next/router-server-methods')),
}

/** HTTP agents and the incremental cache (`server/setup-http-agent-env.js`, `server/base-server.js`). Defensive. */
export const httpAgents: Patch = {
  name: 'http-agents',
  install: () => {
    for (const name of [
      '__NEXT_HTTP_AGENT',
      '__NEXT_HTTPS_AGENT',
      '__NEXT_HTTP_AGENT_OPTIONS',
      '__incrementalCache',
    ]) {
      keyGlobal(name)
    }
  },
}
