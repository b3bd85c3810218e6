export { createGateway, type Gateway, type GatewayOptions } from './gateway.ts'
export { loadConfig } from './config/load.ts'
export type {
  Config,
  AppConfig,
  NextAppConfig,
  UpstreamAppConfig,
  TenantConfig,
} from './config/config.ts'
export { ConfigError, formatIssue, type ConfigIssue } from './errors.ts'
export { createLogger, type Logger, type LoggerOptions } from './telemetry/logger.ts'
