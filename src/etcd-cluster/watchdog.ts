/**
 * Ends the members when this process ends, however it ends.
 *
 * A shell reads the numbers of the members' processes from a pipe. When the pipe closes, because `end` was called or because this
 * process is gone, it kills those that are left and removes the directory it was given.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';

const SCRIPT = `
pids=' '
while read -r word pid; do
  case $word in
    add) pids="$pids$pid " ;;
    remove) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -9 "$pid" 2>/dev/null; done
if [ -n "$1" ]; then
  for pid in $pids; do
    while kill -0 "$pid" 2>/dev/null && [ "$(cut -d ' ' -f 3 "/proc/$pid/stat" 2>/dev/null)" != Z ]; do sleep 0.05 || exit; done
  done
  rm -rf "$1"
fi
`;

export class Watchdog {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  /** @param scratch a directory to remove in the end; null: none */
  constructor(scratch: string | null) {
    // In a session of its own: a signal that the terminal sends to this process's group is not for it.
    this.#child = spawn('sh', ['-c', SCRIPT, 'raftkv-watchdog', scratch ?? ''], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#child.stdin?.on('error', () => {});
    this.#ended = new Promise(resolve => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', () => resolve());
    });
  }

  add(pid: number): void {
    this.#child.stdin?.write(`add ${pid}\n`);
  }

  /** Its number may be given to another process from now on. */
  remove(pid: number): void {
    this.#child.stdin?.write(`remove ${pid}\n`);
  }

  /** Kills what is left, and waits until that is done. */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }
}
