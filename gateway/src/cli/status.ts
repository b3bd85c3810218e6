import { Command } from 'commander'
import type { GatewayStatus } from '../admin/api.ts'
import { askRunning, socketOption, type ControlFlags } from './control.ts'
import { configOption, jsonOption } from './options.ts'
import { formatTable } from './table.ts'

/** Tenants of an app that are named; the others are counted. */
const MAX_NAMED = 3

type App = GatewayStatus['apps'][number]

/** `tenantry status` */
export function statusCommand(): Command {
  return new Command('status')
    .description('say what the running gateway serves, and how each app does')
    .addOption(configOption())
    .addOption(socketOption())
    .addOption(jsonOption())
    .action(async (flags: ControlFlags & { json?: boolean }) => {
      const status = await askRunning<GatewayStatus>(flags, 'GET', '/v1/status')
      console.log(flags.json ? JSON.stringify(status, null, 2) : describe(status))
    })
}

function describe(status: GatewayStatus): string {
  const { version, pid, mode, port, uptime, apps } = status
  const headings = [
    'TENANT',
    'APP',
    'RELEASE',
    'RUNTIME',
    'STATE',
    'IN FLIGHT',
    'MEMORY',
    'RESTARTS',
    'UPTIME',
    'NOTE',
  ]
  const about = `tenantry ${version} (${mode}), process ${pid}, port ${port}, up ${duration(uptime)}`
  return `${about}\n\n${formatTable(headings, apps.map(rowOf))}`
}

function rowOf(app: App): string[] {
  const serving = app.instances.filter(({ isDraining }) => !isDraining)
  const draining = app.instances.length - serving.length
  const memory = app.instances.reduce((sum, { rss = 0 }) => sum + rss, 0)
  const notes = [
    serving.length > 1 ? `${serving.length} instances` : '',
    draining > 0 ? `${draining} draining` : '',
    ...serving
      .flatMap(({ targets = [] }) => targets.filter(({ state }) => state !== 'up'))
      .map(({ name, state }) => `${name} ${state}`),
    app.failure ?? '',
  ]
  return [
    tenants(app.tenants),
    app.app,
    app.release ?? '',
    app.runtime,
    app.state,
    String(app.instances.reduce((sum, { inFlight }) => sum + inFlight, 0)),
    memory === 0 ? '' : `${Math.round(memory / 1_048_576)} MB`,
    String(app.deaths),
    serving.length === 0 ? '' : duration(Math.max(...serving.map((each) => each.uptime))),
    notes.filter((note) => note !== '').join('; '),
  ]
}

function tenants(ids: readonly string[]): string {
  const more = ids.length - MAX_NAMED
  return more > 0 ? `${ids.slice(0, MAX_NAMED).join(' ')} +${more}` : ids.join(' ')
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`
  const hours = Math.floor(seconds / 3600)
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`
}
