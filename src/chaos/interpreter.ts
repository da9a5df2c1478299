/**
 * Runs lines of the command language against a cluster.
 *
 * One interpreter serves all fronts of a cluster; it holds what a session remembers: names given with
 * `let`, the generator of random choices, and the recording.
 *
 * @module
 */
import { type ClusterControl, ControlError, type KvResult } from '../runtime/control.js';
import type { CommandResult } from '../runtime/handle.js';
import type { CommandSource } from '../runtime/runtime-protocol.js';
import type { Action, ClusterAction, KvAction, SessionAction } from './action.js';
import type { Answer } from './answer.js';
import { KvFailure, kvArguments } from './execute-kv.js';
import { executeLink } from './execute-links.js';
import { executeNode } from './execute-nodes.js';
import { executeShape } from './execute-shapes.js';
import { ExpectationFailure, executeTimed } from './execute-timed.js';
import { ExecutionContext, type InterpreterOptions } from './execution-context.js';
import { helpOf, helpText } from './help.js';
import { parse } from './parse.js';
import { print } from './print.js';
import { quoteBytes } from './quote.js';
import { Recorder } from './recorder.js';
import { leaderOf, resolvePick } from './resolve-nodes.js';
import { startWorkload, stopWorkload } from './run-workload.js';
import { statusText } from './status-text.js';
import { CommandSyntaxError } from './syntax-error.js';

export type { InterpreterOptions } from './execution-context.js';

export interface Interpreter {
  /** Runs one line. Never rejects for what the line says or what the cluster answers. */
  execute(line: string, source?: CommandSource): Promise<CommandResult>;
  /** Ends what runs beside the commands. */
  close(): Promise<void>;
}

export const createInterpreter = (control: ClusterControl, options: InterpreterOptions = {}): Interpreter =>
  new LineInterpreter(control, options);

class LineInterpreter implements Interpreter {
  readonly #context: ExecutionContext;
  readonly #recorder: Recorder;

  constructor(control: ClusterControl, options: InterpreterOptions) {
    this.#context = new ExecutionContext(control, options);
    this.#recorder = new Recorder(this.#context.now);
  }

  async execute(line: string, source: CommandSource = 'api'): Promise<CommandResult> {
    let action: Action | null;
    try {
      const nodes = this.#context.control.matrix().length;
      action = parse(line, { nodes, names: this.#context.names });
    } catch (error) {
      if (!(error instanceof CommandSyntaxError)) throw error;
      return { kind: 'invalid', text: `Invalid operation: ${error.message}` };
    }
    if (action === null) return { kind: 'done', text: '' };
    const beganAt = this.#context.now();
    const result = await this.#attempt(action);
    this.#recorder.add(action, beganAt, result.kind !== 'done');
    this.#note(action, result, source);
    return result;
  }

  close(): Promise<void> {
    return this.#context.close();
  }

  async #attempt(action: Action): Promise<CommandResult> {
    try {
      const { text, data } = await this.#run(action);
      return data === undefined ? { kind: 'done', text } : { kind: 'done', text, data };
    } catch (error) {
      const code = codeOf(error);
      if (code === null) throw error;
      return { kind: 'failed', text: (error as Error).message, code };
    }
  }

  async #run(action: Action): Promise<Answer> {
    const context = this.#context;
    switch (action.kind) {
      case 'try': {
        const result = await this.#attempt(action.action);
        if (result.kind === 'done') return result;
        return { text: `tried: ${result.text}` };
      }
      case 'via':
        return this.#runKv(
          action.action,
          resolvePick(action.node, context, () => true),
        );
      case 'put':
      case 'get':
      case 'del':
      case 'cas':
      case 'incr':
      case 'scan':
        return this.#runKv(action);
      case 'show-matrix':
      case 'upload':
      case 'matrix':
      case 'reset':
      case 'edit':
      case 'delay':
      case 'duplicate':
      case 'reorder':
      case 'clog':
      case 'filter':
        return executeLink(action, context);
      case 'partition':
      case 'isolate':
      case 'bridge':
      case 'ring':
      case 'heal':
        return { text: await executeShape(action, context) };
      case 'kill':
      case 'revive':
      case 'restart':
      case 'pause':
      case 'resume':
      case 'clock':
      case 'disk':
        return { text: await executeNode(action, context) };
      case 'wait':
      case 'wait-until':
      case 'expect':
      case 'random':
        return { text: await executeTimed(action, context) };
      case 'add':
      case 'remove':
      case 'transfer':
      case 'snapshot':
      case 'debug':
      case 'status':
      case 'help':
        return this.#runCluster(action);
      case 'seed':
      case 'let':
      case 'record':
      case 'record-stop':
      case 'workload':
      case 'workload-stop':
        return this.#runSession(action);
    }
  }

  async #runKv(action: KvAction, node?: number): Promise<Answer> {
    const result: KvResult = await this.#context.control.kv(kvArguments(action), node);
    if (!result.ok) throw new KvFailure(result);
    if (action.kind === 'cas' && result.text === NIL_TEXT) {
      throw new ControlError('refused', `the value of ${quoteBytes(action.key)} is another`);
    }
    return { text: result.text, data: result };
  }

  async #runCluster(action: ClusterAction): Promise<Answer> {
    const context = this.#context;
    const { control } = context;
    switch (action.kind) {
      case 'status': {
        const status = control.status();
        return { text: statusText(status), data: status };
      }
      case 'help':
        return { text: helpFor(action.command) };
      case 'debug': {
        const node = action.node === null ? leaderOf(context) : resolvePick(action.node, context);
        const data = await control.debug(action.variable, node);
        return { text: JSON.stringify(data, null, 2) ?? 'null', data };
      }
      case 'add': {
        // The node need not exist yet.
        const { node: pick } = action;
        const node = pick.kind === 'node' ? pick.node : resolvePick(pick, context, () => true);
        await (action.host === null ? control.addNode(node) : control.addNode(node, action.host));
        return { text: `node ${node} is a member` };
      }
      case 'remove': {
        const node = resolvePick(action.node, context);
        await control.removeNode(node);
        return { text: `node ${node} is removed` };
      }
      case 'transfer': {
        const node = resolvePick(action.node, context);
        await control.transferLeadership(node);
        return { text: `node ${node} leads` };
      }
      case 'snapshot': {
        const node = resolvePick(action.node, context);
        const { index } = await control.snapshot(node);
        return { text: `node ${node} has a snapshot at ${index}`, data: { node, index } };
      }
    }
  }

  #runSession(action: SessionAction): Answer | Promise<Answer> {
    const context = this.#context;
    switch (action.kind) {
      case 'seed':
        context.reseed(action.seed);
        return { text: `seed ${action.seed}` };
      case 'let': {
        const { name, value } = action;
        const number =
          value.kind === 'measure' ? context.control.status()[value.measure] : resolvePick(value, context);
        context.setName(name, number);
        return { text: `$${name} is ${number}`, data: number };
      }
      case 'workload':
        return startWorkload(action.settings, context);
      case 'workload-stop':
        return stopWorkload(context);
      case 'record': {
        const { path } = this.#recorder;
        if (path !== null) throw new ControlError('refused', `already recording to ${path}`);
        const nodes = context.control.matrix().length;
        this.#recorder.start(action.path, [`nodes ${nodes}`, `seed ${context.seed}`]);
        return { text: `recording to ${action.path}` };
      }
      case 'record-stop': {
        const recording = this.#recorder.stop();
        if (recording === null) throw new ControlError('refused', 'nothing is being recorded');
        return { text: `recorded ${recording.lines} lines`, data: recording };
      }
    }
  }

  /** What changed something goes to the event log. */
  #note(action: Action, result: CommandResult, source: CommandSource): void {
    const kind = noteKindOf(action);
    if (kind === null) return;
    const outcome = result.kind === 'done' ? '' : ` — ${result.text}`;
    this.#context.control.note(kind, shorten(`${source}: ${print(action)}${outcome}`));
  }
}

/** What a refused SET answers. */
const NIL_TEXT = '(nil)';
const LONGEST_NOTE = 200;

const shorten = (text: string): string =>
  text.length > LONGEST_NOTE ? `${text.slice(0, LONGEST_NOTE - 1)}…` : text;

type NoteKind = 'command' | 'kv' | 'fault';

/** Null: only looks or waits. */
const NOTE_KINDS: Readonly<Record<Exclude<Action['kind'], 'try' | 'via'>, NoteKind | null>> = {
  put: 'kv',
  get: 'kv',
  del: 'kv',
  cas: 'kv',
  incr: 'kv',
  scan: 'kv',
  'show-matrix': null,
  status: null,
  debug: null,
  help: null,
  wait: null,
  upload: 'command',
  'wait-until': 'command',
  expect: 'command',
  random: 'command',
  seed: 'command',
  let: 'command',
  workload: 'command',
  'workload-stop': 'command',
  record: 'command',
  'record-stop': 'command',
  add: 'command',
  remove: 'command',
  transfer: 'command',
  snapshot: 'command',
  matrix: 'fault',
  reset: 'fault',
  edit: 'fault',
  delay: 'fault',
  duplicate: 'fault',
  reorder: 'fault',
  clog: 'fault',
  filter: 'fault',
  partition: 'fault',
  isolate: 'fault',
  bridge: 'fault',
  ring: 'fault',
  heal: 'fault',
  kill: 'fault',
  revive: 'fault',
  restart: 'fault',
  pause: 'fault',
  resume: 'fault',
  clock: 'fault',
  disk: 'fault',
};

const noteKindOf = (action: Action): NoteKind | null =>
  action.kind === 'try' || action.kind === 'via' ? noteKindOf(action.action) : NOTE_KINDS[action.kind];

const helpFor = (command: string | null): string => {
  if (command === null) return helpText();
  const text = helpOf(command);
  if (text === null) throw new ControlError('bad-value', `there is no command ${command}`);
  return text;
};

/** Null for an error that is none of the cluster's answers: a bug, which must not pass for one. */
const codeOf = (error: unknown): string | null => {
  const isAnswer =
    error instanceof ControlError || error instanceof KvFailure || error instanceof ExpectationFailure;
  if (isAnswer) return error.code;
  // Errors of other threads arrive as plain errors with their code.
  const hasCode = error instanceof Error && 'code' in error && typeof error.code === 'string';
  return hasCode ? String(error.code) : null;
};
