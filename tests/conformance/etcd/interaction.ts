/**
 * `interaction/`: commands to a group of nodes, and all that they print.
 *
 * @module
 */
import { type Message, NONE, RaftError, type RaftId, raftId } from '../../../src/raft/index.js';
import { type Argument, booleanOf, type Case, firstValueOf, integer } from '../datadriven.js';
import { formatEntry, formatMessage, formatProgress, roleName } from './format.js';
import { Network } from './network.js';
import { DirectiveError, type StepResult, TraceNode } from './node.js';
import { parseOperations } from './operations.js';
import { ELECTION_TICKS, HEARTBEAT_TICKS, parseSettings } from './settings.js';

const LEVELS = ['debug', 'info', 'warn', 'error', 'fatal', 'none'];
const MAX_STABILIZE_ROUNDS = 10_000;
const encoder = new TextEncoder();

/** Errors of the core that a directive may print; all others are faults of the core or of the trace. */
const isExpectedError = (error: unknown): error is Error =>
  error instanceof DirectiveError ||
  (error instanceof RaftError &&
    ['proposal-dropped', 'local-message', 'peer-not-found', 'log-compacted'].includes(error.code));

const indented = (text: string): string =>
  text === '' ? '' : `${text.replace(/\n$/, '').replace(/^/gm, '  ')}\n`;

const plainIds = (args: readonly Argument[]): readonly RaftId[] =>
  args.filter(arg => arg.values.length === 0).map(arg => raftId(integer(arg.key)));

type Handler = (test: Case) => void;

export class InteractionFile {
  readonly #nodes: TraceNode[] = [];
  readonly #network = new Network();
  #level = 'debug';
  #output = '';

  readonly #handlers: Readonly<Record<string, Handler>> = {
    'add-nodes': test => this.#addNodes(test),
    campaign: test => this.#first(test).core.campaign(),
    propose: test => this.#first(test).core.propose(encoder.encode(test.args[1]?.key ?? '')),
    'propose-conf-change': test => this.#proposeConfChange(test),
    'process-ready': test => this.#forEach(test, 'handling Ready', node => this.#emit(node.processReady())),
    'process-append-thread': test =>
      this.#forEach(test, 'processing append thread', node => this.#emit(node.processAppend())),
    'process-apply-thread': test =>
      this.#forEach(test, 'processing apply thread', node => this.#emit(node.processApply())),
    'deliver-msgs': test => this.#deliverMessages(test),
    stabilize: test => this.#stabilizeAtLevel(test),
    'tick-heartbeat': test => this.#tick(test, HEARTBEAT_TICKS),
    'tick-election': test => this.#tick(test, ELECTION_TICKS),
    'set-randomized-election-timeout': test =>
      this.#first(test).core.overrideElectionTimeout(integer(firstValueOf(test.args, 'timeout') ?? '')),
    compact: test => this.#compact(test),
    'raft-log': test => this.#printLog(this.#first(test)),
    'raft-state': () => this.#printStates(),
    status: test => this.#printStatus(this.#first(test)),
    'report-unreachable': test => {
      const [a = NONE, b = NONE] = plainIds(test.args);
      this.#node(a).core.reportUnreachable(b);
    },
    'send-snapshot': test => this.#sendSnapshot(test),
    'transfer-leadership': test => {
      const from = raftId(integer(firstValueOf(test.args, 'from') ?? ''));
      this.#node(from).core.transferLeadership(raftId(integer(firstValueOf(test.args, 'to') ?? '')));
    },
    'forget-leader': test => this.#first(test).core.forgetLeader(),
    'log-level': test => this.#setLevel(test.args[0]?.key ?? ''),
  };

  run(test: Case): string {
    this.#output = '';
    let failure = '';
    try {
      const handler = this.#handlers[test.command];
      if (handler === undefined) throw new DirectiveError('unknown command');
      handler(test);
    } catch (error) {
      if (!isExpectedError(error)) throw error;
      failure = error.message;
    }
    const result = this.#output + failure;
    if (result === '') return 'ok\n';
    return result.endsWith('\n') ? result : `${result}\n`;
  }

  #print(text: string): void {
    if (this.#level !== 'none') this.#output += text;
  }

  /** Runs `body` with its output indented under a header. */
  #nested(header: string, body: () => void): void {
    const outer = this.#output;
    this.#output = '';
    try {
      body();
    } finally {
      const inner = this.#output;
      this.#output = outer;
      this.#print(`${header}\n${indented(inner)}`);
    }
  }

  #node(id: RaftId): TraceNode {
    const node = this.#nodes[id - 1];
    if (node === undefined) throw new Error(`there is no node ${id}`);
    return node;
  }

  #first(test: Case): TraceNode {
    return this.#node(raftId(integer(test.args[0]?.key ?? '')));
  }

  #emit(result: StepResult): void {
    this.#print(result.output);
    this.#network.send(result.messages);
  }

  #forEach(test: Case, header: string, action: (node: TraceNode) => void): void {
    const ids = plainIds(test.args);
    for (const id of ids) {
      const node = this.#node(id);
      if (ids.length === 1) action(node);
      else this.#nested(`> ${id} ${header}`, () => action(node));
    }
  }

  #addNodes(test: Case): void {
    const count = integer(test.args[0]?.key ?? '');
    for (let added = 0; added < count; added += 1) {
      const id = raftId(this.#nodes.length + 1);
      this.#nodes.push(new TraceNode(id, parseSettings(test.args)));
    }
  }

  #proposeConfChange(test: Case): void {
    const { core } = this.#first(test);
    const isV1 = booleanOf(test.args, 'v1', false);
    const transition = firstValueOf(test.args, 'transition') ?? 'auto';
    for (const { key } of test.args.slice(1)) {
      if (key !== 'v1' && key !== 'transition') {
        throw new DirectiveError(`unknown command ${key}`);
      }
    }
    if (transition !== 'auto' && transition !== 'explicit' && transition !== 'implicit') {
      throw new DirectiveError(`unknown transition ${transition}`);
    }
    const operations = parseOperations(test.input);
    if (!isV1) {
      core.proposeConfChange({ transition, operations });
      return;
    }
    const [operation] = operations;
    if (operation === undefined || operations.length > 1 || transition !== 'auto') {
      throw new DirectiveError('v1 conf change can only have one operation and no transition');
    }
    core.proposeSimpleConfChange(operation);
  }

  #deliverMessages(test: Case): void {
    const type = firstValueOf(test.args, 'type');
    let count = 0;
    for (const { key, values } of test.args) {
      if (key === 'drop') {
        for (const value of values) count += this.#drop(raftId(integer(value)), type);
      } else if (values.length === 0) {
        count += this.#deliver(raftId(integer(key)), type);
      }
    }
    if (count === 0) this.#print('no messages\n');
  }

  #drop(id: RaftId, type: string | undefined): number {
    const messages = this.#network.takeToDrop(id, type);
    for (const message of messages) this.#print(`dropped: ${formatMessage(message)}\n`);
    return messages.length;
  }

  #deliver(id: RaftId, type: string | undefined): number {
    const node = this.#nodes[id - 1];
    if (node === undefined) return 0;
    const messages = this.#network.take(id, type);
    for (const message of messages) {
      this.#print(`${formatMessage(message)}\n`);
      try {
        node.core.step(message);
      } catch (error) {
        if (!isExpectedError(error)) throw error;
        this.#print(`${error.message}\n`);
      }
    }
    return messages.length;
  }

  #stabilizeAtLevel(test: Case): void {
    const before = this.#level;
    const level = firstValueOf(test.args, 'log-level');
    if (level !== undefined) this.#setLevel(level);
    try {
      const ids = plainIds(test.args);
      this.#stabilize(ids.length > 0 ? ids : this.#nodes.map((_, at) => raftId(at + 1)));
    } finally {
      this.#level = before;
    }
  }

  #stabilize(ids: readonly RaftId[]): void {
    for (let round = 0; round < MAX_STABILIZE_ROUNDS; round += 1) {
      if (!this.#stabilizeOnce(ids)) return;
    }
    throw new Error(`not stable after ${MAX_STABILIZE_ROUNDS} rounds`);
  }

  /** @returns whether anything happened */
  #stabilizeOnce(ids: readonly RaftId[]): boolean {
    let busy = false;
    const pass = (header: string, isDue: (id: RaftId) => boolean, run: (id: RaftId) => void): void => {
      for (const id of ids) {
        if (!isDue(id)) continue;
        busy = true;
        this.#nested(`> ${id} ${header}`, () => run(id));
      }
    };
    pass(
      'handling Ready',
      id => this.#node(id).core.hasReady(),
      id => this.#emit(this.#node(id).processReady()),
    );
    pass(
      'receiving messages',
      id => this.#network.hasMessagesTo(id),
      id => this.#deliver(id, undefined),
    );
    pass(
      'processing append thread',
      id => this.#node(id).appendWork.length > 0,
      id => {
        const node = this.#node(id);
        while (node.appendWork.length > 0) this.#emit(node.processAppend());
      },
    );
    pass(
      'processing apply thread',
      id => this.#node(id).applyWork.length > 0,
      id => {
        const node = this.#node(id);
        while (node.applyWork.length > 0) this.#emit(node.processApply());
      },
    );
    return busy;
  }

  #tick(test: Case, count: number): void {
    const { core } = this.#first(test);
    for (let done = 0; done < count; done += 1) core.tick();
  }

  #compact(test: Case): void {
    const node = this.#first(test);
    node.storage.compact(integer(test.args[1]?.key ?? ''));
    this.#printLog(node);
  }

  #printLog(node: TraceNode): void {
    const { storage } = node;
    const entries = storage.all();
    if (entries.length > 0) {
      this.#print(entries.map(entry => `${formatEntry(entry)}\n`).join(''));
      return;
    }
    this.#print(`log is empty: first index=${storage.firstIndex()}, last index=${storage.lastIndex()}`);
  }

  #printStates(): void {
    for (const { core } of this.#nodes) {
      const { voters, outgoing } = core.configuration;
      const isVoter = voters.includes(core.id) || outgoing.includes(core.id);
      const place = isVoter ? '(Voter)' : '(Non-Voter)';
      this.#print(`${core.id}: ${roleName(core.role)} ${place} Term:${core.term} Lead:${core.leader}\n`);
    }
  }

  #printStatus(node: TraceNode): void {
    this.#print(node.core.status().progress.map(formatProgress).join(''));
  }

  #sendSnapshot(test: Case): void {
    const [from = NONE, to = NONE] = plainIds(test.args);
    const node = this.#node(from);
    const { term } = node.core;
    const snapshot = node.newestSnapshot;
    const message: Message = { type: 'InstallSnapshot', from, to, term, snapshot };
    this.#network.send([message]);
    this.#print(`${formatMessage(message)}\n`);
  }

  #setLevel(level: string): void {
    const lower = level.toLowerCase();
    if (!LEVELS.includes(lower)) {
      const names = LEVELS.map(name => name.toUpperCase()).join(' ');
      throw new DirectiveError(`log levels must be either of [${names}]`);
    }
    this.#level = lower;
  }
}
