/**
 * Commands that act on nodes and on the membership of the cluster.
 *
 * @module
 */
import type { DiskFault } from '../runtime/control.js';
import { ArgumentReader } from './argument-reader.js';
import type { CommandSpec } from './command-spec.js';
import { type NodePick, readNodeSet, readPick } from './selector.js';

const readDiskFault = (reader: ArgumentReader): DiskFault => {
  const kind = reader.choice(
    ['ok', 'full', 'eio', 'slow'] as const,
    'a disk state: ok, full, eio or slow MS',
  );
  if (kind !== 'slow') return { kind };
  return { kind, delayMs: reader.durationMs({ bareUnitMs: 1, what: 'a time in milliseconds' }) };
};

export const NODE_COMMANDS = {
  kill: {
    group: 'nodes',
    forms: ['NODES'],
    summary: 'Ends the thread of a node at once, as a crash would.',
    examples: ['kill 1', 'kill leader', 'kill random 2', 'kill 0,3'],
    parse: reader => ({ kind: 'kill', nodes: readNodeSet(reader) }),
  },
  revive: {
    group: 'nodes',
    forms: ['NODES'],
    summary: 'Starts a dead node again from its disk.',
    examples: ['revive 1', 'revive all'],
    parse: reader => ({ kind: 'revive', nodes: readNodeSet(reader) }),
  },
  restart: {
    group: 'nodes',
    forms: ['NODES'],
    summary: 'Kills and revives, one node after the other.',
    examples: ['restart leader'],
    parse: reader => ({ kind: 'restart', nodes: readNodeSet(reader) }),
  },
  pause: {
    group: 'nodes',
    forms: ['NODES'],
    summary: 'Stops a node from executing; it keeps its memory and its connections.',
    examples: ['pause leader'],
    parse: reader => ({ kind: 'pause', nodes: readNodeSet(reader) }),
  },
  resume: {
    group: 'nodes',
    forms: ['NODES'],
    summary: 'Lets a paused node go on.',
    examples: ['resume 2', 'resume all'],
    parse: reader => ({ kind: 'resume', nodes: readNodeSet(reader) }),
  },
  clock: {
    group: 'nodes',
    forms: ['NODE OFFSET [RATE]'],
    summary: "Shifts a node's clock, and lets it run RATE times as fast (1: true).",
    examples: ['clock 2 +10s', 'clock leader -500ms 1.2', 'clock 2 0'],
    parse: reader => ({
      kind: 'clock',
      node: readPick(reader),
      offsetMs: reader.durationMs({
        bareUnitMs: 1,
        signed: true,
        what: 'a time such as +10s or -500ms',
      }),
      rate: reader.atEnd ? 1 : reader.number('a rate 0–100', rate => rate >= 0 && rate <= 100),
    }),
  },
  disk: {
    group: 'nodes',
    forms: ['NODE ok', 'NODE full', 'NODE eio', 'NODE slow MS'],
    summary: "Gives a node's disk a fault: full, failing, or slow by MS a sync.",
    examples: ['disk 1 full', 'disk leader slow 200ms', 'disk 1 ok'],
    parse: reader => ({ kind: 'disk', node: readPick(reader), fault: readDiskFault(reader) }),
  },
} as const satisfies Record<string, CommandSpec>;

/** A node of the config, whether or not it is in the cluster yet. */
const readAnyNode = (reader: ArgumentReader): NodePick => {
  const token = reader.next(reader.nodeExpectation());
  const names = reader.context.names;
  return readPick(new ArgumentReader([token], names === undefined ? {} : { names }));
};

export const CLUSTER_COMMANDS = {
  add: {
    group: 'cluster',
    forms: ['NODE [HOST]'],
    summary: 'Makes a node a member of the cluster; HOST: a server of the config on which it is to run.',
    examples: ['add 5', 'add 5 10.0.0.3'],
    parse: reader => ({
      kind: 'add',
      node: readAnyNode(reader),
      host: reader.atEnd ? null : reader.text('a server of the config'),
    }),
  },
  remove: {
    group: 'cluster',
    forms: ['NODE'],
    summary: 'Takes a node out of the cluster.',
    examples: ['remove 4', 'remove leader'],
    parse: reader => ({ kind: 'remove', node: readAnyNode(reader) }),
  },
  transfer: {
    group: 'cluster',
    forms: ['NODE'],
    summary: 'Hands leadership to a node.',
    examples: ['transfer 2', 'transfer follower'],
    parse: reader => ({ kind: 'transfer', node: readPick(reader) }),
  },
  snapshot: {
    group: 'cluster',
    forms: ['NODE'],
    summary: 'Lets a node take a snapshot and shorten its log.',
    examples: ['snapshot 0', 'snapshot leader'],
    parse: reader => ({ kind: 'snapshot', node: readPick(reader) }),
  },
  debug: {
    group: 'cluster',
    forms: ['VARIABLE [NODE]'],
    summary: 'Shows a variable of a node (left out: of the leader) as JSON.',
    examples: ['debug matchIndex', 'debug all 2'],
    parse: reader => ({
      kind: 'debug',
      variable: reader.text('a variable such as all, log, matchIndex'),
      node: reader.atEnd ? null : readPick(reader),
    }),
  },
  status: {
    group: 'cluster',
    forms: [''],
    summary: 'Shows every node in one line each.',
    examples: ['status'],
    parse: () => ({ kind: 'status' }),
  },
} as const satisfies Record<string, CommandSpec>;
