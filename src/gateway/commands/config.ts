/**
 * CONFIG: the settings of this gateway that are real, under the names Redis has for them.
 *
 * @module
 */
import { error, OK, type Reply } from '../../kv/reply.js';
import type { GatewayLimits } from '../options.js';
import type { Settings } from '../settings.js';
import type { Client, GatewayCommand, GatewayServices } from './gateway-command.js';
import { dispatch } from './subcommands.js';

interface Parameter {
  readonly get: (settings: Settings) => string;
  /** Returns what was expected when the value will not do; absent: it cannot be changed. */
  readonly set?: (settings: Settings, value: string) => string | null;
}

const limit = (
  name: keyof GatewayLimits & ('clients' | 'outputLimitBytes' | 'inFlightBytes'),
): Parameter => ({
  get: ({ limits }) => String(limits[name]),
  set: (settings, value) => {
    if (!/^\d{1,15}$/.test(value) || Number(value) < 1) return 'a positive number';
    settings.limits = { ...settings.limits, [name]: Number(value) };
    return null;
  },
});

const yesNo = (name: 'redirect' | 'leaseReads'): Parameter => ({
  get: settings => (settings[name] ? 'yes' : 'no'),
  set: (settings, value) => {
    if (value !== 'yes' && value !== 'no') return 'yes or no';
    settings[name] = value === 'yes';
    return null;
  },
});

const slowLog = (name: 'slowLogMicros' | 'slowLogEntries', least: number): Parameter => ({
  get: settings => String(settings[name]),
  set: (settings, value) => {
    if (!/^(-1|\d{1,12})$/.test(value) || Number(value) < least) return `a number from ${least} on`;
    settings[name] = Number(value);
    return null;
  },
});

const PARAMETERS: ReadonlyMap<string, Parameter> = new Map<string, Parameter>([
  ['maxclients', limit('clients')],
  ['client-output-limit', limit('outputLimitBytes')],
  ['in-flight-limit', limit('inFlightBytes')],
  ['slowlog-log-slower-than', slowLog('slowLogMicros', -1)],
  ['slowlog-max-len', slowLog('slowLogEntries', 0)],
  ['redirect', yesNo('redirect')],
  ['lease-reads', yesNo('leaseReads')],
  ['port', { get: settings => String(settings.port) }],
  ['bind', { get: settings => settings.host }],
  ['proto-max-bulk-len', { get: ({ limits }) => String(limits.sizes.valueBytes) }],
  ['max-key-len', { get: ({ limits }) => String(limits.sizes.keyBytes) }],
  ['databases', { get: () => '1' }],
  ['cluster-enabled', { get: () => 'yes' }],
  // Asked for by redis-benchmark: there is no dump file; the log is always on.
  ['save', { get: () => '' }],
  ['appendonly', { get: () => 'yes' }],
]);

/** Redis's glob, as far as CONFIG GET needs it: `*` and `?`. */
function globToExpression(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}

function get(_client: Client, args: readonly string[], { settings }: GatewayServices): Reply {
  const patterns = args.map(glob => globToExpression(glob.replace(/\*+/g, '*').slice(0, 256)));
  const items: string[] = [];
  for (const [name, parameter] of PARAMETERS) {
    if (patterns.some(pattern => pattern.test(name))) items.push(name, parameter.get(settings));
  }
  return { kind: 'map', items };
}

/** All of the parameters or, when one of them will not do, none. */
function set(_client: Client, args: readonly string[], { settings }: GatewayServices): Reply {
  if (args.length % 2 === 1) return error("ERR wrong number of arguments for 'config|set' command");
  const trial = { ...settings };
  for (let at = 0; at < args.length; at += 2) {
    const name = (args[at] ?? '').toLowerCase();
    const parameter = PARAMETERS.get(name);
    if (parameter === undefined) {
      return error(`ERR Unknown option or number of arguments for CONFIG SET - '${name}'`);
    }
    const expected =
      parameter.set === undefined ? 'it cannot be changed' : parameter.set(trial, args[at + 1] ?? '');
    if (expected !== null) {
      const why = parameter.set === undefined ? "can't set immutable config" : `argument must be ${expected}`;
      return error(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}`);
    }
  }
  Object.assign(settings, trial);
  return OK;
}

export const CONFIG_COMMANDS: readonly GatewayCommand[] = [
  {
    name: 'config',
    arity: -2,
    group: 'server',
    summary: 'GET and SET the settings of this node’s gateway',
    difference: `Only what is real here: ${[...PARAMETERS.keys()].join(', ')}.`,
    order: 'exclusive',
    run: dispatch('config', {
      GET: { arity: -3, summary: 'Settings whose names match the patterns', run: get },
      SET: { arity: -4, role: 'admin', summary: 'Changes settings, all of them or none', run: set },
      RESETSTAT: {
        arity: 2,
        role: 'admin',
        summary: 'Accepted; counters are totals since the start',
        run: () => OK,
      },
    }),
  },
];
