/**
 * From the commands of a script that ran to the times in which something was broken.
 *
 * @module
 */
import type { ScriptStep } from '../../chaos/run-script.js';
import type { FaultPeriod } from '../../harness/nemesis.js';

/** Commands that break something, what kind of thing, and the colour it has in a report. */
const FAULTS: Readonly<Record<string, readonly [domain: Domain, kind: string]>> = {
  kill: ['nodes', 'kill'],
  pause: ['paused', 'pause'],
  partition: ['links', 'partition'],
  isolate: ['links', 'partition'],
  bridge: ['links', 'partition'],
  ring: ['links', 'partition'],
  upload: ['links', 'partition'],
  matrix: ['links', 'partition'],
  edit: ['links', 'drop'],
  filter: ['links', 'drop'],
  clog: ['links', 'delay'],
  delay: ['links', 'delay'],
  duplicate: ['links', 'delay'],
  reorder: ['links', 'delay'],
  clock: ['clock', 'clock'],
  disk: ['disk', 'disk'],
};

type Domain = 'nodes' | 'paused' | 'links' | 'clock' | 'disk';

/** What a command makes good again; null: nothing. */
function lifted([name = '', ...args]: readonly string[]): Domain | null {
  switch (name) {
    case 'revive':
      return 'nodes';
    case 'resume':
      return 'paused';
    case 'heal':
    case 'reset':
      return 'links';
    case 'disk':
      return args.at(-1) === 'ok' ? 'disk' : null;
    case 'clock':
      return args[1] === '0ms' && args.length === 2 ? 'clock' : null;
    case 'clog':
    case 'filter':
      return args.at(-1) === 'off' ? 'links' : null;
    default:
      return null;
  }
}

interface Open {
  readonly domain: Domain;
  readonly kind: string;
  readonly line: string;
  readonly fromMs: number;
}

/**
 * A fault lasts until a command lifts one of its kind: `revive 1` ends all kills, which is coarse, and right for pictures.
 *
 * @param untilMs the end of the script
 */
export function faultPeriods(steps: readonly ScriptStep[], untilMs: number): readonly FaultPeriod[] {
  const periods: FaultPeriod[] = [];
  let open: Open[] = [];
  const close = (domain: Domain, toMs: number): void => {
    for (const { kind, line, fromMs } of open.filter(fault => fault.domain === domain)) {
      periods.push({ kind, line, fromMs, toMs });
    }
    open = open.filter(fault => fault.domain !== domain);
  };
  for (const { command, atMs, elapsedMs, result } of steps) {
    const words = command.split(' ');
    const [name = ''] = words[0] === 'try' ? words.splice(0, 2).slice(1) : words;
    if (result.kind !== 'done' || result.text.startsWith('tried: ')) continue;
    if (name === 'random' || name === 'restart') {
      const kind = name === 'restart' ? 'kill' : 'other';
      periods.push({ kind, line: command, fromMs: atMs, toMs: atMs + elapsedMs });
      continue;
    }
    const domain = lifted([name, ...words.slice(1)]);
    if (domain !== null) {
      close(domain, atMs + elapsedMs);
      continue;
    }
    const fault = Object.hasOwn(FAULTS, name) ? FAULTS[name] : undefined;
    if (fault === undefined || command === 'matrix') continue;
    open.push({ domain: fault[0], kind: fault[1], line: command, fromMs: atMs });
  }
  for (const domain of ['nodes', 'paused', 'links', 'clock', 'disk'] as const) close(domain, untilMs);
  return periods.sort((a, b) => a.fromMs - b.fromMs);
}
