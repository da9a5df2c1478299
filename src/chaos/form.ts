/**
 * The forms of the command table as lists of words, for completion and hints.
 *
 * @module
 */
import { MESSAGE_KINDS } from '../node/frame.js';
import { COMMAND_NAMES } from './command-table.js';
import { MEASURES, OPERATORS, ROLE_WORDS, STATE_WORDS } from './condition.js';
import { quoteBytes } from './quote.js';
import { FAULT_KINDS } from './random-fault.js';
import { WORKLOAD_WORDS } from './workload.js';

interface FormContext {
  readonly nodes?: number;
  readonly names?: readonly string[];
  readonly keys?: readonly string[];
}

/** What `CONDITION` stands for. */
const CONDITION_FORMS: readonly string[] = [
  'leader',
  'no leader',
  'leader is NODE',
  'leader is not NODE',
  'node NODE is STATE',
  'node NODE is not STATE',
  'converged',
  'state hashes equal',
  'available',
  'available via NODE',
  'unavailable',
  'unavailable via NODE',
  'value of KEY is VALUE',
  'value of KEY is missing',
  'value of KEY is not VALUE',
  ...MEASURES.map(measure => `${measure} OPERATOR N`),
  ...MEASURES.filter(measure => measure !== 'up').map(measure => `${measure} of NODE OPERATOR N`),
];

const KV_FORMS: readonly string[] = [
  'put KEY VALUE',
  'get KEY',
  'del KEY',
  'cas KEY OLD NEW',
  'incr KEY',
  'scan [PREFIX]',
];

/** `A [B|C]` becomes `A`, `A B` and `A C`; conditions and KV commands are written out. */
export const expandForm = (form: string): readonly (readonly string[])[] => {
  const optional = /^(.*?)\[([^\]]*)\](.*)$/.exec(form);
  if (optional !== null) {
    const [, before = '', inside = '', after = ''] = optional;
    const choices = ['', ...inside.split('|')];
    return choices.flatMap(choice => expandForm(`${before}${choice}${after}`));
  }
  for (const [word, forms] of [
    ['CONDITION', CONDITION_FORMS],
    ['KVCOMMAND', KV_FORMS],
  ] as const) {
    if (form.split(' ').includes(word)) {
      return forms.flatMap(inner => expandForm(form.replace(word, inner)));
    }
  }
  return [form.split(/\s+/).filter(part => part !== '')];
};

const isParameter = (word: string): boolean => /^[A-Z]/.test(word);

/** How many words of the form are typed; null when something else is. Structured arguments take several. */
const matched = (form: readonly string[], typed: readonly string[]): number | null => {
  const last = form.length - 1;
  for (const [index, word] of typed.entries()) {
    const due = form[Math.min(index, last)];
    if (due === undefined) return null;
    if (due === 'GROUPS' || due === 'ROWS') return index;
    if (index > last) return null;
    if (isParameter(due) ? !mayBe(due, word) : due !== word) return null;
  }
  return typed.length;
};

/** Numbers and words tell forms apart: `partition 2` is a COUNT. */
const mayBe = (parameter: string, word: string): boolean => {
  switch (parameter) {
    case 'COUNT':
      return /^\d+$/.test(word);
    case 'DURATION':
      return /^[\d.]/.test(word);
    case 'OPERATOR':
      return OPERATORS.some(operator => operator === word);
    default:
      return true;
  }
};

/** Words that can stand after those typed. */
export const nextWords = (
  form: readonly string[],
  typed: readonly string[],
  context: FormContext,
): readonly string[] => {
  const count = matched(form, typed);
  const due = count === null ? undefined : form[count];
  if (due === undefined) return [];
  return isParameter(due) ? wordsOf(due, context) : [due];
};

/** What is left of the form after the words typed; null when they do not fit it. */
export const restAfter = (form: readonly string[], typed: readonly string[]): string | null => {
  const count = matched(form, typed);
  return count === null ? null : form.slice(count).join(' ');
};

/** As `restAfter`, with optional parts as they are written; null too once the words typed reach one. */
export const plainRestAfter = (form: string, typed: readonly string[]): string | null => {
  const parts = form.split(/\s+/).filter(part => part !== '');
  const head = parts.slice(0, typed.length);
  const isPlain = head.every(part => /^\w+$/.test(part) && !COMPOSITES.has(part));
  if (!isPlain || head.length < typed.length) return null;
  return matched(head, typed) === typed.length ? parts.slice(typed.length).join(' ') : null;
};

/** Parameters that take more than one word. */
const COMPOSITES: ReadonlySet<string> = new Set(['CONDITION', 'KVCOMMAND', 'GROUPS', 'ROWS']);

const NODE_WORDS = ['leader', 'follower', 'random'] as const;

const wordsOf = (parameter: string, context: FormContext): readonly string[] => {
  const numbers = Array.from({ length: context.nodes ?? 0 }, (_, node) => String(node));
  const names = (context.names ?? []).map(name => `$${name}`);
  switch (parameter) {
    case 'NODE':
      return [...numbers, ...NODE_WORDS, ...names];
    case 'NODES':
      return [...numbers, ...NODE_WORDS, 'all', 'followers', ...names];
    case 'FROM':
    case 'TO':
      return [...numbers, '*', ...NODE_WORDS, ...names];
    case 'GROUPS':
      return [...numbers, 'leader', ...names, '|'];
    case 'KEY':
      return (context.keys ?? []).map(quoteBytes);
    case 'TYPE':
      return MESSAGE_KINDS;
    case 'STATE':
      return [...ROLE_WORDS, ...STATE_WORDS];
    case 'FAULTS':
      return FAULT_KINDS;
    case 'WORKLOADS':
      return [...WORKLOAD_WORDS, 'all'];
    case 'OPERATOR':
      return OPERATORS;
    case 'P':
      return ['0', '0.5', '1'];
    case 'COMMAND':
      return COMMAND_NAMES;
    case 'VARIABLE':
      return ['all', 'log', 'matchIndex', 'nextIndex', 'conn_mat'];
    default:
      return [];
  }
};
