/**
 * An action as the line that parses to it.
 *
 * @module
 */
import type { Action, LetValue, PartitionShape } from './action.js';
import { printDuration } from './argument-reader.js';
import { printCondition } from './condition.js';
import { bytesOfText, quoteBytes } from './quote.js';
import { printLinkEnd, printNodeSet, printPick } from './selector.js';
import { DEFAULT_WITHIN_MS } from './session-commands.js';
import { DEFAULT_CLIENTS, DEFAULT_READ_SHARE, WORKLOAD_WORDS, type WorkloadSettings } from './workload.js';

/** `parse(print(action))` equals `action`. */
export const print = (action: Action): string => {
  switch (action.kind) {
    case 'put':
      return words('put', quoteBytes(action.key), quoteBytes(action.value));
    case 'get':
    case 'del':
    case 'incr':
      return words(action.kind, quoteBytes(action.key));
    case 'cas':
      return words('cas', ...[action.key, action.old, action.new].map(quoteBytes));
    case 'scan':
      return words('scan', action.prefix === '' ? '' : quoteBytes(action.prefix));
    case 'via':
      return words('via', printPick(action.node), print(action.action));
    case 'try':
      return words('try', print(action.action));
    case 'seed':
      return words('seed', action.seed);
    case 'let':
      return words('let', action.name, '=', printLetValue(action.value));
    case 'workload':
      return printWorkload(action.settings);
    case 'workload-stop':
      return 'workload stop';
    case 'record':
      return words('record', action.path === 'stop' ? '"stop"' : quoteText(action.path));
    case 'record-stop':
      return 'record stop';
    case 'help':
      return words('help', action.command === null ? '' : quoteText(action.command));
    case 'wait':
    case 'wait-until':
    case 'expect':
    case 'random':
      return printTimed(action);
    case 'partition':
    case 'isolate':
    case 'bridge':
    case 'ring':
    case 'heal':
      return printShape(action);
    case 'show-matrix':
      return 'matrix';
    case 'upload':
      return words('upload', quoteText(action.path));
    case 'matrix':
      return words('matrix', action.rows.map(row => row.join(' ')).join('; '));
    case 'reset':
      return 'reset';
    case 'edit':
    case 'delay':
    case 'duplicate':
    case 'reorder':
    case 'clog':
    case 'filter':
      return printLink(action);
    case 'kill':
    case 'revive':
    case 'restart':
    case 'pause':
    case 'resume':
      return words(action.kind, printNodeSet(action.nodes));
    case 'clock':
    case 'disk':
    case 'add':
    case 'remove':
    case 'transfer':
    case 'snapshot':
    case 'debug':
    case 'status':
      return printNode(action);
  }
};

const words = (...parts: readonly (string | number)[]): string => parts.filter(part => part !== '').join(' ');

/** File and command names come from text, not from bytes. */
const quoteText = (text: string): string => quoteBytes(bytesOfText(text));

const printLetValue = (value: LetValue): string =>
  value.kind === 'measure' ? value.measure : printPick(value);

const printWorkload = ({ workloads, clients, rate, readShare }: WorkloadSettings): string =>
  words(
    'workload',
    workloads.length === WORKLOAD_WORDS.length ? 'all' : workloads.join(','),
    clients === DEFAULT_CLIENTS ? '' : `clients ${clients}`,
    rate === null ? '' : `rate ${rate}`,
    readShare === DEFAULT_READ_SHARE ? '' : `reads ${readShare}`,
  );

type ActionOf<K extends Action['kind']> = Extract<Action, { readonly kind: K }>;

const printTimed = (action: ActionOf<'wait' | 'wait-until' | 'expect' | 'random'>): string => {
  switch (action.kind) {
    case 'wait':
      return words('wait', printDuration(action.durationMs));
    case 'wait-until': {
      const within = action.withinMs === DEFAULT_WITHIN_MS ? '' : `within ${printDuration(action.withinMs)}`;
      return words('wait until', printCondition(action.condition), within);
    }
    case 'expect': {
      const { limit } = action;
      const tail = limit === null ? '' : `${limit.kind} ${printDuration(limit.ms)}`;
      return words('expect', printCondition(action.condition), tail);
    }
    case 'random': {
      const times = `every ${printDuration(action.everyMs)} for ${printDuration(action.forMs)}`;
      return words('random', action.faults.join(','), times);
    }
  }
};

const printPartition = (shape: PartitionShape): string => {
  if (shape.kind === 'count') return String(shape.nodes);
  if (shape.kind !== 'groups') return shape.kind;
  const text = shape.groups.map(group => group.map(printPick).join(',')).join(' | ');
  // A word alone would be read as one of the other shapes.
  return /^(\d+|leader|random)$/.test(text) ? `${text},` : text;
};

const printShape = (action: ActionOf<'partition' | 'isolate' | 'bridge' | 'ring' | 'heal'>): string => {
  switch (action.kind) {
    case 'partition':
      return words('partition', printPartition(action.shape));
    case 'isolate':
      return words('isolate', printNodeSet(action.nodes));
    case 'bridge':
      return words('bridge', action.node === null ? '' : printPick(action.node));
    case 'ring':
      return 'ring';
    case 'heal':
      return words('heal', action.nodes === null ? '' : printNodeSet(action.nodes));
  }
};

type LinkKind = 'edit' | 'delay' | 'duplicate' | 'reorder' | 'clog' | 'filter';

const printLink = (action: ActionOf<LinkKind>): string => {
  const ends = `${printLinkEnd(action.from)} ${printLinkEnd(action.to)}`;
  switch (action.kind) {
    case 'edit':
      return words('edit', ends, action.drop);
    case 'delay': {
      const jitter = action.jitterMs === 0 ? '' : printDuration(action.jitterMs);
      return words('delay', ends, printDuration(action.delayMs), jitter);
    }
    case 'duplicate':
    case 'reorder':
      return words(action.kind, ends, action.probability);
    case 'clog':
      return words('clog', ends, action.on ? '' : 'off');
    case 'filter':
      return words('filter', ends, action.message, action.on ? '' : 'off');
  }
};

type NodeKind = 'clock' | 'disk' | 'add' | 'remove' | 'transfer' | 'snapshot' | 'debug' | 'status';

const printNode = (action: ActionOf<NodeKind>): string => {
  switch (action.kind) {
    case 'clock': {
      const rate = action.rate === 1 ? '' : action.rate;
      return words('clock', printPick(action.node), printDuration(action.offsetMs), rate);
    }
    case 'disk': {
      const { fault } = action;
      const slow = fault.kind === 'slow' ? printDuration(fault.delayMs) : '';
      return words('disk', printPick(action.node), fault.kind, slow);
    }
    case 'add': {
      const host = action.host === null ? '' : quoteText(action.host);
      return words('add', printPick(action.node), host);
    }
    case 'remove':
    case 'transfer':
    case 'snapshot':
      return words(action.kind, printPick(action.node));
    case 'debug': {
      const node = action.node === null ? '' : printPick(action.node);
      return words('debug', quoteText(action.variable), node);
    }
    case 'status':
      return 'status';
  }
};
