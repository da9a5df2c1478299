/**
 * One client connection: takes its pipeline apart into segments, has one of them executed at a time, and answers in
 * order.
 *
 * @module
 */
import type { Socket } from 'node:net';
import type { CommandArguments, Outcome, ReadConsistency } from '../engine/engine.js';
import { failureReply, refusal } from '../engine/outcome-replies.js';
import { error, type Reply, type TaggedReply } from '../kv/reply.js';
import { admit, type ExclusiveCommand } from './admission.js';
import type { Batches, Submitter } from './batches.js';
import type { ClientState } from './client-state.js';
import {
  type Client,
  type CommandResultReply,
  type GatewayServices,
  NO_REPLY,
} from './commands/gateway-command.js';
import { Input } from './input.js';
import { Output } from './output.js';
import { runRead } from './read-once.js';
import { UNAUTHENTICATED_PARSER_LIMITS } from './resp/limits.js';
import { ProtocolError } from './resp/protocol-error.js';
import type { Protocol } from './resp/writer.js';
import { Segment } from './segment.js';
import { receiveFrom } from './shared-read.js';
import type { UserAccount } from './users.js';

const OVERLOADED = refusal('overloaded', 'too much is in flight; not executed');
/** An engine that gave fewer replies than commands: nil would be a lie. */
const NO_OUTCOME = error('TIMEOUT outcome unknown: no reply for this command');
const HELD_TOO_MUCH = refusal('overloaded', 'the input of all clients is over its limit; not executed');
/** A connection that holds less is not closed for what others hold. */
const SMALL_INPUT_BYTES = 64 * 1024;
const SHOWN_NAME_CHARACTERS = 12;
/** After this a client that was told to go and does not is cut off. */
const LINGER_MS = 1000;

export interface ConnectionParts {
  readonly socket: Socket;
  readonly state: ClientState;
  readonly services: GatewayServices;
  readonly batches: Batches;
  readonly onClose: (connection: Connection) => void;
}

export class Connection implements Client, Submitter {
  readonly state: ClientState;
  readonly segment = new Segment();
  readonly #socket: Socket;
  readonly #services: GatewayServices;
  readonly #batches: Batches;
  readonly #input: Input;
  readonly #output: Output;
  /** Begins when the segment before it is answered. */
  #held: ExclusiveCommand | null = null;
  /** Found behind the segment; told when everything before it is answered. */
  #failure: ProtocolError | null = null;
  #busy = false;
  #paused = false;
  /** The client sends no more. */
  #ended = false;
  /** The gateway sends no more once what is written has left. */
  #ending = false;
  #closed = false;
  #heldBytes = 0;
  #flushScheduled = false;

  constructor({ socket, state, services, batches, onClose }: ConnectionParts) {
    const { limits } = services.settings;
    this.#socket = socket;
    this.state = state;
    this.#services = services;
    this.#batches = batches;
    this.#input = new Input(
      state.authenticated ? limits.parser : UNAUTHENTICATED_PARSER_LIMITS,
      limits.inputBytes,
    );
    this.#output = new Output(socket, limits, {
      onDrained: () => this.#advance(),
      onStalled: () => this.cutOff(),
    });
    receiveFrom(socket, (bytes, isShared) => this.#receive(bytes, isShared));
    socket.on('end', () => this.#receiveEnd());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#closed = true;
      services.metrics.heldInputBytes -= this.#heldBytes;
      this.#heldBytes = 0;
      this.#output.close();
      services.tap.close(this);
      services.pubsub.leave(this);
      onClose(this);
    });
  }

  get protocol(): Protocol {
    return this.#output.writer.protocol;
  }

  set protocol(protocol: Protocol) {
    this.#output.writer.protocol = protocol;
  }

  get inputBytes(): number {
    return this.#input.heldBytes;
  }

  get outputBytes(): number {
    return this.#output.heldBytes;
  }

  get consistency(): ReadConsistency {
    if (this.state.readOnly) return 'stale';
    return this.#services.settings.leaseReads ? 'lease' : 'linearizable';
  }

  logIn(user: UserAccount | null): void {
    this.state.user = user;
    const { parser } = this.#services.settings.limits;
    this.#input.setLimits(user === null ? UNAUTHENTICATED_PARSER_LIMITS : parser);
  }

  read(commands: readonly CommandArguments[], consistency?: ReadConsistency): Promise<readonly Reply[]> {
    return runRead(this.#batches, this.#services.table, commands, consistency ?? this.consistency);
  }

  endAfterReply(): void {
    this.#ending = true;
  }

  offer(reply: TaggedReply): boolean {
    if (this.#output.blocked || this.#closed || this.#ending) return false;
    this.#output.write(reply);
    this.#flushSoon();
    return true;
  }

  push(items: readonly Reply[]): boolean {
    if (this.#socket.destroyed || this.#ending || !this.#output.push(items)) return false;
    this.#flushSoon();
    return true;
  }

  cutOff(): void {
    if (this.#socket.destroyed) return;
    this.#services.metrics.slowReadersClosed++;
    this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** The outcome of the segment in flight. */
  settle(outcome: Outcome, first: number, elapsedMs: number): void {
    this.#busy = false;
    const { settings, slowLog } = this.#services;
    const isSlow = settings.slowLogMicros >= 0 && elapsedMs * 1000 >= settings.slowLogMicros;
    if (isSlow) slowLog.add(this.segment, this.state, elapsedMs, settings.slowLogEntries);
    if (this.#closed) return;
    if (outcome.kind === 'done') this.#answer(outcome.replies, first);
    else this.#answerAll(failureReply(outcome));
    this.segment.clear();
    this.#advance();
  }

  #receive(bytes: Buffer, isShared: boolean): void {
    if (this.#ending) return;
    this.state.lastCommandAtMs = Date.now();
    this.#input.push(bytes);
    this.#advance();
    if (isShared) this.#input.own();
  }

  #receiveEnd(): void {
    this.#ended = true;
    this.#advance();
  }

  /** Goes as far as possible without waiting. */
  #advance(): void {
    while (!this.#busy && !this.#ending && !this.#output.blocked) {
      if (this.#held !== null) this.#runExclusive(this.#held);
      else if (this.#failure !== null) this.#fail(this.#failure);
      else if (!this.#nextSegment()) break;
    }
    this.#countHeld();
    this.#output.flush();
    const isIdle = !this.#busy && !this.#output.blocked;
    if (isIdle && (this.#ending || this.#ended)) this.#end();
    else this.#balance();
  }

  /** Enforces the limit over all connections: a client with much unfinished input is told to go. */
  #countHeld(): void {
    const { metrics, settings } = this.#services;
    const held = this.#input.heldBytes + (this.state.transaction?.bytes ?? 0);
    metrics.heldInputBytes += held - this.#heldBytes;
    this.#heldBytes = held;
    const isOver = metrics.heldInputBytes > settings.limits.totalInputBytes;
    if (!isOver || held < SMALL_INPUT_BYTES || this.#busy || this.#ending) return;
    this.#output.write(HELD_TOO_MUCH);
    this.#ending = true;
  }

  /** Reads the socket only while there is room for what comes. */
  #balance(): void {
    const mustWait = this.#input.isFull || this.#output.blocked;
    if (mustWait === this.#paused) return;
    this.#paused = mustWait;
    if (mustWait) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Collects the next segment and starts it; false: there is nothing to do. */
  #nextSegment(): boolean {
    this.#collect();
    const { segment } = this;
    if (segment.isEmpty) return this.#held !== null || this.#failure !== null;
    if (segment.commands.length === 0) {
      this.#services.metrics.local += segment.locals.length;
      this.#answer([], 0);
      segment.clear();
    } else if (this.#batches.submit(this)) {
      this.#busy = true;
    } else {
      this.#answerAll(OVERLOADED);
      segment.clear();
    }
    return true;
  }

  #collect(): void {
    const { segment, state } = this;
    const { tap } = this.#services;
    const { limits } = this.#services.settings;
    const mostCommands = state.replyMode === 'skip' ? 1 : limits.segmentCommands;
    let args: string[] | null = null;
    while (!this.#ending && segment.length < mostCommands && segment.bytes < limits.segmentBytes) {
      try {
        args = this.#input.next();
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.#failure = error;
        return;
      }
      if (args === null) return;
      // Short texts are copies: a longer one would pin the chunk it was cut from.
      state.lastCommand = (args[0] ?? '').slice(0, SHOWN_NAME_CHARACTERS);
      if (tap.isOpen) tap.show(state, args);
      const exclusive = admit(this, segment, args, this.#services);
      if (exclusive === null) continue;
      if (exclusive.command.order === 'exclusive') {
        this.#held = exclusive;
        return;
      }
      this.#runInline(exclusive);
    }
  }

  #runInline({ command, args }: ExclusiveCommand): void {
    const result = command.run(this, args.slice(1), this.#services);
    if (result instanceof Promise) throw new TypeError(`${command.name} is inline and must answer at once`);
    if (result !== NO_REPLY) this.segment.addLocal(result);
  }

  #runExclusive({ command, args }: ExclusiveCommand): void {
    this.#held = null;
    this.#services.metrics.local++;
    const result = command.run(this, args.slice(1), this.#services);
    if (!(result instanceof Promise)) {
      this.#answerOne(result);
      return;
    }
    this.#busy = true;
    result.then(
      reply => this.#finishExclusive(reply),
      (reason: unknown) =>
        this.#finishExclusive(error(`ERR ${reason instanceof Error ? reason.message : reason}`)),
    );
  }

  #finishExclusive(reply: CommandResultReply): void {
    this.#busy = false;
    if (this.#closed) return;
    this.#answerOne(reply);
    this.#advance();
  }

  #answerOne(reply: CommandResultReply): void {
    const { state } = this;
    // CLIENT REPLY SKIP itself answers nothing and must not use up the skip.
    if (reply === NO_REPLY) return;
    if (state.replyMode === 'on') this.#output.write(reply);
    else if (state.replyMode === 'skip') state.replyMode = 'on';
  }

  /** Writes the replies of the segment, with the gateway's own in their places. */
  #answer(replies: readonly Reply[], first: number): void {
    if (!this.#mayAnswer()) return;
    const { commands, locals } = this.segment;
    const output = this.#output;
    let local = 0;
    for (let at = 0; at <= commands.length; at++) {
      for (let next = locals[local]; next?.after === at; next = locals[++local]) output.write(next.reply);
      if (at === commands.length) return;
      const reply = replies[first + at];
      output.write(reply === undefined ? NO_OUTCOME : reply);
    }
  }

  #answerAll(reply: Reply): void {
    this.#answer(new Array<Reply>(this.segment.commands.length).fill(reply), 0);
  }

  #mayAnswer(): boolean {
    const { state } = this;
    const mode = state.replyMode;
    if (mode === 'skip') state.replyMode = 'on';
    return mode === 'on';
  }

  #fail(failure: ProtocolError): void {
    this.#services.metrics.protocolErrors++;
    this.#output.write(error(`ERR ${failure.message}`));
    this.#ending = true;
  }

  #flushSoon(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      this.#output.flush();
    });
  }

  /** Lets what is written leave; what still comes in is thrown away, since a reset could overtake the last reply. */
  #end(): void {
    this.#ending = true;
    if (this.#socket.writableEnded) return;
    this.#socket.resume();
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
  }
}
