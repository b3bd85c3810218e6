/** What is wrong in one place of the config, and the mend. */
export interface ConfigIssue {
  /** Path of the file, relative to the project root. */
  readonly file: string
  /** From 1; 0 where the issue concerns the whole file. */
  readonly line: number
  readonly column: number
  /** Place inside the document, such as `hosts[1].redirectTo`; empty for the whole document. */
  readonly path: string
  /** What is wrong, and what to write instead. */
  readonly message: string
}

/** What every error below has: a stable `code` for logs and tests. */
abstract class TenantryError extends Error {
  abstract readonly code: string
  override get name(): string {
    return this.constructor.name
  }
}

/** The config cannot be used; holds every issue at once. */
export class ConfigError extends TenantryError {
  readonly code = 'CONFIG_INVALID'
  readonly issues: readonly ConfigIssue[]
  constructor(issues: readonly ConfigIssue[]) {
    super(issues.map(formatIssue).join('\n'))
    this.issues = issues
  }
}

/** `file:line:column path: message`, the form that editors and terminals make clickable. */
export function formatIssue(issue: ConfigIssue): string {
  const place = issue.line > 0 ? `${issue.file}:${issue.line}:${issue.column}` : issue.file
  return issue.path === ''
    ? `${place}: ${issue.message}`
    : `${place} ${issue.path}: ${issue.message}`
}

/** A command was called wrongly; the message is for the person. */
export class UsageError extends TenantryError {
  readonly code = 'USAGE'
}

/** A command could not do its work; the message is for the person. */
export class CommandError extends TenantryError {
  readonly code = 'COMMAND_FAILED'
}

/** The words that a stranger may see; nothing about the inside is among them. */
export type RequestErrorCode =
  | 'BAD_REQUEST'
  | 'BAD_HOST'
  | 'METHOD_NOT_ALLOWED'
  | 'FOREIGN_ORIGIN'
  | 'UNKNOWN_HOST'
  | 'TENANT_SUSPENDED'
  | 'APP_UNAVAILABLE'
  | 'APP_FAILED'
  | 'APP_TIMEOUT'
  | 'HEADERS_TOO_LARGE'
  | 'REQUEST_TIMEOUT'
  | 'SHUTTING_DOWN'

/** A request that the gateway answers itself, with an error page. */
export class RequestError extends TenantryError {
  readonly code: RequestErrorCode
  readonly status: number
  /** Seconds for `Retry-After`. */
  readonly retryAfter: number | undefined
  /** The connection must not be used again. */
  readonly close: boolean
  constructor(
    code: RequestErrorCode,
    status: number,
    options: { retryAfter?: number; close?: boolean; cause?: unknown } = {},
  ) {
    super(code, { cause: options.cause })
    this.code = code
    this.status = status
    this.retryAfter = options.retryAfter
    this.close = options.close ?? false
  }
}

/** An app's instance did not come up, or died. Not for strangers. */
export class InstanceError extends TenantryError {
  readonly code = 'INSTANCE_FAILED'
}
