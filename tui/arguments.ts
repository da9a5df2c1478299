/**
 * The command line of `raftkv-tui`.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { THEME_NAMES, type ThemeName } from './theme.js';

export interface Arguments {
  readonly config: string | null;
  readonly nodes: number | null;
  /** Members of a real etcd to start instead of nodes of our own; null: none. */
  readonly spawn: number | null;
  /** Null: in memory. */
  readonly data: string | null;
  readonly connect: string | null;
  /** A trace to look at instead of a cluster. */
  readonly replay: string | null;
  /** Where to record the screen. */
  readonly cast: string | null;
  readonly plain: boolean;
  readonly script: string | null;
  readonly exec: string | null;
  readonly once: boolean;
  readonly json: boolean;
  readonly headless: boolean;
  readonly ascii: boolean;
  readonly theme: ThemeName;
  readonly color: boolean;
  readonly trace: string | null;
  readonly seed: number | null;
}

export type ParsedArguments =
  | { readonly kind: 'run'; readonly args: Arguments }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'error'; readonly reason: string };

export const USAGE = `raftkv-tui: a Raft key/value cluster in your terminal

usage: raftkv-tui [CONFIG] [options]

  CONFIG               cluster description; default: config.txt here, else the shipped one (10 nodes)
  --nodes N            number of nodes, instead of what CONFIG says
  --engine etcd --spawn N
                       instead of our own nodes: N members of a real etcd, with faults between them
  --memory             keep everything in memory (default)
  --data DIR           keep logs and snapshots in DIR, and go on from there next time
  --connect HOST:PORT  show and control a running cluster instead of starting one
  --replay TRACE       move back and forth in what --trace has written, of a simulation or a cluster
  --script FILE        run the command lines of FILE once there is a leader
  --exec 'A; B'        run command lines, print the answers and end
  --once               print one screen as plain text and end; with --json one status object
  --json               no terminal: print each status as a line of JSON
  --headless           no terminal: print status lines
  --plain              for screen readers: lines of text in and out, nothing is drawn
  --cast FILE          record the screen to FILE (asciicast v2)
  --theme NAME         ${THEME_NAMES.join(', ')}
  --no-color           no colours (also NO_COLOR=1)
  --ascii              no characters beyond ASCII
  --trace FILE         append everything the nodes do to FILE, one JSON object a line
  --seed N             seed of all random decisions
  --help, --version

Press ? inside for the keys. Any Redis client can talk to the nodes' ports.
`;

const OPTIONS = {
  nodes: { type: 'string' },
  engine: { type: 'string' },
  spawn: { type: 'string' },
  memory: { type: 'boolean' },
  data: { type: 'string' },
  connect: { type: 'string' },
  replay: { type: 'string' },
  cast: { type: 'string' },
  plain: { type: 'boolean' },
  script: { type: 'string' },
  exec: { type: 'string' },
  once: { type: 'boolean' },
  json: { type: 'boolean' },
  headless: { type: 'boolean' },
  ascii: { type: 'boolean' },
  theme: { type: 'string' },
  'no-color': { type: 'boolean' },
  trace: { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

function integer(text: string | undefined, name: string, most: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most)
    throw new Error(`--${name}: expected a number up to ${most}, found ${text}`);
  return value;
}

function themeName(text: string | undefined): ThemeName {
  const found = THEME_NAMES.find(name => name === (text ?? 'dark'));
  if (found === undefined) throw new Error(`--theme: expected ${THEME_NAMES.join(', ')}, found ${text}`);
  return found;
}

function address(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (!/^.+:\d+$/.test(text)) throw new Error(`--connect: expected HOST:PORT, found ${text}`);
  return text;
}

interface EngineValues {
  readonly engine?: string | undefined;
  readonly spawn?: string | undefined;
  readonly nodes?: string | undefined;
  readonly connect?: string | undefined;
  readonly replay?: string | undefined;
  readonly trace?: string | undefined;
}

const MOST_MEMBERS = 9;

/** How many members of etcd to start; null: nodes of our own. */
function spawnOf(values: EngineValues): number | null {
  const { engine = 'embedded', spawn, nodes, connect, replay, trace } = values;
  if (engine !== 'embedded' && engine !== 'etcd') {
    throw new Error(`--engine: expected embedded or etcd, found ${engine}`);
  }
  if ((engine === 'etcd') !== (spawn !== undefined))
    throw new Error('--engine etcd and --spawn N go together');
  if (spawn === undefined) return null;
  if ((nodes ?? connect ?? replay ?? trace) !== undefined) {
    throw new Error('--spawn starts a cluster of etcd: no --nodes, --connect, --replay or --trace');
  }
  const members = integer(spawn, 'spawn', MOST_MEMBERS);
  if (members === 0) throw new Error(`--spawn: expected a number 1–${MOST_MEMBERS}, found 0`);
  return members;
}

export function parseArguments(argv: readonly string[]): ParsedArguments {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
    if (values.help) return { kind: 'help' };
    if (values.version) return { kind: 'version' };
    if (positionals.length > 1) throw new Error(`expected one CONFIG, found ${positionals.join(' ')}`);
    if (values.memory && values.data !== undefined) throw new Error('--memory and --data exclude each other');
    if (values.connect !== undefined && (values.data ?? values.nodes ?? positionals[0]) !== undefined) {
      throw new Error('--connect takes the cluster as it is: no CONFIG, --nodes or --data');
    }
    const ofCluster =
      values.connect ?? values.data ?? values.nodes ?? values.script ?? values.exec ?? values.trace;
    if (values.replay !== undefined && (ofCluster ?? positionals[0]) !== undefined) {
      throw new Error(
        '--replay needs no cluster: no CONFIG, --connect, --nodes, --data, --script, --exec or --trace',
      );
    }
    const spawn = spawnOf(values);
    const args: Arguments = {
      config: positionals[0] ?? null,
      nodes: integer(values.nodes, 'nodes', 255),
      spawn,
      data: values.data ?? null,
      connect: address(values.connect),
      replay: values.replay ?? null,
      cast: values.cast ?? null,
      plain: values.plain ?? false,
      script: values.script ?? null,
      exec: values.exec ?? null,
      once: values.once ?? false,
      json: values.json ?? false,
      headless: values.headless ?? false,
      ascii: values.ascii ?? false,
      theme: themeName(values.theme),
      color: !values['no-color'],
      trace: values.trace ?? null,
      seed: integer(values.seed, 'seed', 0xffff_ffff),
    };
    return { kind: 'run', args };
  } catch (error) {
    return { kind: 'error', reason: error instanceof Error ? error.message : String(error) };
  }
}
