/**
 * What `wait until` and `expect` can ask about a cluster.
 *
 * @module
 */
import type { ArgumentReader } from './argument-reader.js';
import { quoteBytes } from './quote.js';
import { type NodePick, printPick, readPick } from './selector.js';

export const ROLE_WORDS = ['leader', 'follower', 'candidate', 'pre-candidate'] as const;
export const STATE_WORDS = ['up', 'down', 'paused', 'faulty', 'starting', 'removed'] as const;
export const MEASURES = ['term', 'commit', 'applied', 'last', 'snapshot', 'keys', 'up'] as const;
export const OPERATORS = ['>=', '<=', '!=', '=', '>', '<'] as const;

export type RoleWord = (typeof ROLE_WORDS)[number];
export type StateWord = (typeof STATE_WORDS)[number];
/** `last`: index of the last log entry; `up`: number of nodes that are up, of the cluster only. */
export type Measure = (typeof MEASURES)[number];
export type Operator = (typeof OPERATORS)[number];

/** A number, or one remembered with `let`. */
export type Operand = number | { readonly name: string };

export type Condition =
  | { readonly kind: 'leader-exists' | 'no-leader' | 'converged' | 'hashes-equal' }
  | { readonly kind: 'leader-is'; readonly node: NodePick; readonly negated: boolean }
  | {
      readonly kind: 'node-is';
      readonly node: NodePick;
      readonly word: RoleWord | StateWord;
      readonly negated: boolean;
    }
  | {
      readonly kind: 'compare';
      readonly measure: Measure;
      /** Null: of the cluster. */
      readonly node: NodePick | null;
      readonly operator: Operator;
      readonly operand: Operand;
    }
  /** Of the calls of the workload, all told. */
  | { readonly kind: 'linearizable' | 'nothing-lost' }
  /** A write is acknowledged (or not) within the time a request may take. */
  | { readonly kind: 'available' | 'unavailable'; readonly via: NodePick | null }
  /** `value` null: there is no such key. */
  | {
      readonly kind: 'value';
      readonly key: string;
      readonly value: string | null;
      readonly negated: boolean;
    };

const EXPECTED_CONDITION =
  'a condition: leader, no leader, leader is, node, value of, converged, state hashes equal, ' +
  'available, unavailable, term, commit, applied, last, snapshot, keys or up';

/** Conditions of a whole history: they are asked once, not again and again. */
export const isOfHistory = ({ kind }: Condition): boolean =>
  kind === 'linearizable' || kind === 'nothing-lost';

/** A condition, or one that only `expect` can ask. */
export const readExpectation = (reader: ArgumentReader): Condition => {
  if (reader.keyword('linearizable')) return { kind: 'linearizable' };
  if (!reader.peekIs('no')) return readCondition(reader);
  reader.expectKeyword('no');
  if (reader.keyword('leader')) return { kind: 'no-leader' };
  if (!reader.keyword('acknowledged')) reader.failHere('leader or acknowledged write lost');
  reader.expectKeyword('write');
  reader.expectKeyword('lost');
  return { kind: 'nothing-lost' };
};

export const readCondition = (reader: ArgumentReader): Condition => {
  if (reader.keyword('no')) {
    reader.expectKeyword('leader');
    return { kind: 'no-leader' };
  }
  if (reader.keyword('leader')) {
    if (!reader.keyword('is')) return { kind: 'leader-exists' };
    const negated = reader.keyword('not');
    return { kind: 'leader-is', node: readPick(reader), negated };
  }
  if (reader.keyword('converged')) return { kind: 'converged' };
  if (reader.keyword('state')) {
    reader.expectKeyword('hashes');
    reader.expectKeyword('equal');
    return { kind: 'hashes-equal' };
  }
  if (reader.keyword('available')) return { kind: 'available', via: readVia(reader) };
  if (reader.keyword('unavailable')) return { kind: 'unavailable', via: readVia(reader) };
  if (reader.keyword('node')) return readNodeIs(reader);
  if (reader.keyword('value')) return readValue(reader);
  const measure = MEASURES.find(word => reader.peekIs(word));
  if (measure === undefined) reader.failHere(EXPECTED_CONDITION);
  return readComparison(reader, measure);
};

const readVia = (reader: ArgumentReader): NodePick | null =>
  reader.keyword('via') ? readPick(reader) : null;

const readNodeIs = (reader: ArgumentReader): Condition => {
  const node = readPick(reader);
  reader.expectKeyword('is');
  const negated = reader.keyword('not');
  return { kind: 'node-is', node, word: reader.choice([...ROLE_WORDS, ...STATE_WORDS]), negated };
};

const readValue = (reader: ArgumentReader): Condition => {
  reader.expectKeyword('of');
  const key = reader.bytes('a key');
  reader.expectKeyword('is');
  const negated = reader.keyword('not');
  const value = reader.keyword('missing') ? null : reader.bytes('a value or missing');
  return { kind: 'value', key, value, negated };
};

const readComparison = (reader: ArgumentReader, measure: Measure): Condition => {
  reader.expectKeyword(measure);
  const node = measure !== 'up' && reader.keyword('of') ? readPick(reader) : null;
  const operator = reader.choice(OPERATORS, 'one of >= <= = != > <');
  return { kind: 'compare', measure, node, operator, operand: readOperand(reader) };
};

const readOperand = (reader: ArgumentReader): Operand => {
  const token = reader.next('a number');
  if (/^\$\w+$/.test(token.text)) {
    return { name: reader.knownName(token.text.slice(1), token.start) };
  }
  if (!/^\d{1,15}$/.test(token.text)) reader.fail(token.start, 'a number', token.text || '""');
  return Number(token.text);
};

export const printCondition = (condition: Condition): string => {
  switch (condition.kind) {
    case 'leader-exists':
      return 'leader';
    case 'no-leader':
      return 'no leader';
    case 'converged':
      return 'converged';
    case 'hashes-equal':
      return 'state hashes equal';
    case 'linearizable':
      return 'linearizable';
    case 'nothing-lost':
      return 'no acknowledged write lost';
    case 'leader-is':
      return `leader is ${not(condition.negated)}${printPick(condition.node)}`;
    case 'node-is':
      return `node ${printPick(condition.node)} is ${not(condition.negated)}${condition.word}`;
    case 'available':
    case 'unavailable':
      return condition.kind + (condition.via === null ? '' : ` via ${printPick(condition.via)}`);
    case 'value': {
      const value = not(condition.negated) + printValue(condition.value);
      return `value of ${quoteBytes(condition.key)} is ${value}`;
    }
    case 'compare': {
      const of = condition.node === null ? '' : ` of ${printPick(condition.node)}`;
      const { measure, operator, operand } = condition;
      return `${measure}${of} ${operator} ${typeof operand === 'number' ? operand : `$${operand.name}`}`;
    }
  }
};

const not = (negated: boolean): string => (negated ? 'not ' : '');

/** Words that mean something here are quoted when they are values. */
const printValue = (value: string | null): string => {
  if (value === null) return 'missing';
  return value === 'missing' || value === 'not' ? `"${value}"` : quoteBytes(value);
};

export const compare = (actual: number, operator: Operator, wanted: number): boolean => {
  switch (operator) {
    case '=':
      return actual === wanted;
    case '!=':
      return actual !== wanted;
    case '<':
      return actual < wanted;
    case '<=':
      return actual <= wanted;
    case '>':
      return actual > wanted;
    case '>=':
      return actual >= wanted;
  }
};
