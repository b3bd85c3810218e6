import { spawn, type ChildProcess } from 'node:child_process'

// Reads `+PID` and `-PID`. When the gateway is gone, however that came, its pipe ends and every group left is killed.
const SCRIPT = `
trap '' INT TERM HUP
pids=' '
while read -r line; do
  pid=\${line#?}
  case $line in
    +*) pids="$pids$pid " ;;
    -*) case $pids in *" $pid "*) pids="\${pids%% $pid *} \${pids#* $pid }" ;; esac ;;
  esac
done
for pid in $pids; do kill -s KILL -- "-$pid" 2>/dev/null; done
rm -rf -- "$1"
`

/**
 * Kills the children of a gateway that was itself killed (SIGKILL, out of memory), with their own children,
 * even where one is stuck in a loop and cannot see that its parent is gone. Removes the folder of their sockets.
 */
export class Watchdog {
  readonly #shell: ChildProcess

  /** @param folder removed at the end */
  constructor(folder: string) {
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT, 'tenantry-watchdog', folder], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: {},
    })
    this.#shell.on('error', () => {})
    this.#shell.stdin?.on('error', () => {})
    this.#shell.unref()
    ;(this.#shell.stdin as { unref?(): void } | null)?.unref?.()
  }

  /** @param pid leader of a process group */
  guard(pid: number): void {
    this.#shell.stdin?.write(`+${pid}\n`)
  }

  forget(pid: number): void {
    this.#shell.stdin?.write(`-${pid}\n`)
  }

  close(): void {
    this.#shell.stdin?.end()
  }
}
