/**
 * Recorded histories with known verdicts, in the two line formats of porcupine's test data, as operations of ours.
 *
 * The order of lines is the only clock: line `n` happened at `n` nanoseconds.
 *
 * @module
 */
import type { Operation } from '../../src/harness/history.js';

/** A call still open, by process. */
type Open = Map<string, { readonly operation: Operation; readonly resolved: (operation: Operation) => void }>;

class HistoryBuilder {
  readonly #operations: (Operation | null)[] = [];
  readonly #open: Open = new Map();

  invoke(process: string, operation: Operation): void {
    const slot = this.#operations.length;
    this.#operations.push(operation);
    this.#open.set(process, {
      operation,
      resolved: resolved => {
        this.#operations[slot] = resolved;
      },
    });
  }

  /**
   * Ends the open call of `process`; one that ended as unknown stays unknown. An answer to no call, as a line that is there twice,
   * says nothing.
   */
  resolve(process: string, change: (operation: Operation) => Operation): void {
    const call = this.#open.get(process);
    if (call === undefined) return;
    this.#open.delete(process);
    call.resolved(change(call.operation));
  }

  operations(): Operation[] {
    return this.#operations.filter(operation => operation !== null);
  }
}

const JEPSEN = /^INFO\s+jepsen\.util\s+-\s+(\S+)\s+:(invoke|ok|fail|info)\s+:(read|write|cas)(?:\s+(.*))?$/;
const PAIR = /^\[\s*(\S+)\s+(\S+)\s*\]$/;
const registerValue = (text: string): string | null => (text === 'nil' ? null : text);
const pair = (text: string): readonly [string | null, string | null] => {
  const [, from = '', to = ''] = PAIR.exec(text) ?? [];
  return [registerValue(from), registerValue(to)];
};

function jepsenCall(op: string, argument: string, line: number): Operation {
  const call = { client: 0, key: 'register', ok: 'unknown', callNs: line, returnNs: null } as const;
  if (op === 'write') return { ...call, op: 'put', value: argument };
  if (op === 'cas') return { ...call, op: 'cas', value: pair(argument) };
  return { ...call, op: 'get' };
}

function jepsenAnswer(operation: Operation, type: string, argument: string, line: number): Operation {
  const answered = { ...operation, ok: true, returnNs: line } as const;
  if (type === 'info') return operation;
  if (type === 'fail') {
    // A swap that met another value is an observation; a failed read says nothing; of the others nobody knows.
    if (operation.op === 'cas' && PAIR.test(argument)) return { ...answered, output: false };
    return operation.op === 'get' ? { ...operation, ok: false, returnNs: line } : operation;
  }
  if (operation.op === 'get') return { ...answered, output: registerValue(argument) };
  return operation.op === 'cas' ? { ...answered, output: true } : answered;
}

export function parseJepsenLog(text: string): Operation[] {
  const history = new HistoryBuilder();
  for (const [line, row] of text.split('\n').entries()) {
    const match = JEPSEN.exec(row.trim());
    if (match === null) continue;
    const [, process = '', type = '', op = '', argument = ''] = match;
    if (type === 'invoke') history.invoke(process, jepsenCall(op, argument.trim(), line));
    else history.resolve(process, operation => jepsenAnswer(operation, type, argument.trim(), line));
  }
  return history.operations();
}

/** Nothing was appended: nothing is changed, nothing is said. */
const isNothing = ({ op, value }: Operation): boolean => op === 'append' && value === '';

const KV =
  /^\{\s*:process\s+(\d+)\s*,\s*:type\s+:(invoke|ok|info|fail)\s*,\s*:f\s+:(get|put|append)\s*,\s*:key\s+"((?:[^"\\]|\\.)*)"\s*,\s*:value\s+(?:"((?:[^"\\]|\\.)*)"|nil)\s*\}$/;

/** Keys start empty, which is the absent key here: writing the empty text is deleting. */
function kvCall(op: string, key: string, value: string, line: number, process: number): Operation {
  const call = { client: process, key, ok: 'unknown', callNs: line, returnNs: null } as const;
  if (op === 'get') return { ...call, op: 'get' };
  if (op === 'put' && value === '') return { ...call, op: 'del' };
  return { ...call, op, value };
}

export function parseKvLog(text: string): Operation[] {
  const history = new HistoryBuilder();
  for (const [line, row] of text.split('\n').entries()) {
    const match = KV.exec(row.trim());
    if (match === null) continue;
    const [, process = '', type, op = '', key = '', value = ''] = match;
    if (type === 'invoke') {
      history.invoke(process, kvCall(op, key, value, line, Number(process)));
      continue;
    }
    if (type === 'info') continue;
    history.resolve(process, operation => {
      if (type === 'fail') return { ...operation, ok: false, returnNs: line };
      const answered = { ...operation, ok: true, returnNs: line } as const;
      return operation.op === 'get' ? { ...answered, output: value === '' ? null : value } : answered;
    });
  }
  return history.operations().filter(operation => !isNothing(operation));
}
