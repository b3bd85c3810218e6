import { applyConf } from './conf.ts'

/** The adapter that Next.js loads from `NEXT_ADAPTER_PATH` (`server/config.js`, `applyModifyConfig`). */
// oxlint-disable-next-line import/no-default-export
export default {
  name: 'tenantry',
  modifyConfig: applyConf,
}
