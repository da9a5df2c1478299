/**
 * One run of the terminal program: joins the cluster, the state, the screen and the keys, and ends them in order.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import type { Script } from '../src/chaos/script.js';
import type { ClientAccess } from '../src/config/client-access.js';
import type { ClusterHandle, CommandResult } from '../src/runtime/handle.js';
import { Activities } from './activities.js';
import type { CastFile } from './cast-file.js';
import type { CommandLanguage } from './command-language.js';
import { plainFrame } from './compose.js';
import type { EntryAt } from './explain-entry.js';
import { drawFrame, isShown } from './frame.js';
import type { HistoryFile } from './history-file.js';
import type { InputEvent } from './input.js';
import type { LocalCommand } from './local-commands.js';
import { type Execute, executeWithFiles } from './local-files.js';
import { openMessages, watchedLink } from './messages.js';
import type { SessionSource } from './open-cluster.js';
import { readEntry } from './read-entry.js';
import { ReplayPlayer } from './replay/recorded-cluster.js';
import { Screen } from './screen.js';
import { send } from './send.js';
import { initialState, type SessionFacts, type Toast } from './state.js';
import type { Effect, Step } from './step.js';
import { Store } from './store.js';
import { summaryOf } from './summary.js';
import { Surface } from './surface.js';
import { Terminal } from './terminal.js';
import type { Theme } from './theme.js';
import { type Happening, update } from './update.js';

/** Snapshots asked of the cluster: ten a second. */
const STATUS_INTERVAL_MS = 100;
/** The layout is loaded after this also when there is no leader. */
const INK_WAIT_MS = 3_000;
/** A cluster that does not stop within this is left to the end of the process. */
const STOP_LIMIT_MS = 5000;

export interface SessionOptions {
  readonly source: SessionSource;
  readonly facts: SessionFacts;
  readonly access: ClientAccess;
  /** Where the screen is recorded; null: nowhere. */
  readonly cast: CastFile | null;
  readonly theme: Theme;
  readonly language: CommandLanguage;
  readonly history: HistoryFile;
  /** To run once there is a leader, and what to call it. */
  readonly script: Script | null;
  readonly scriptName: string;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #screen: Screen;
  readonly #terminal: Terminal;
  readonly #store: Store;
  readonly #surface: Surface;
  readonly #startedAtMs = Date.now();
  #opening: Promise<ClusterHandle> | null = null;
  #unsubscribe: () => void = () => {};
  #unmount: () => void = () => {};
  #script: Script | null;
  #activities: Activities | null = null;
  #player: ReplayPlayer | null = null;
  #lastCommand: Promise<void> = Promise.resolve();
  #end: (exitCode: number) => void = () => {};
  #isMounting = false;
  #isEnding = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { cast } = options;
    this.#screen = new Screen({
      output: process.stdout,
      ...(cast === null ? {} : { onWrite: text => cast.output(text) }),
    });
    this.#script = options.script;
    this.#terminal = new Terminal(this.#screen, {
      onInput: events => this.#onInput(events),
      onResize: () => this.#onResize(),
      onEnd: code => this.#requestEnd(code),
    });
    const { columns, rows } = this.#screen;
    const history = options.history.load();
    this.#store = new Store(initialState({ facts: options.facts, columns, rows, history }));
    const { theme, language } = options;
    this.#surface = new Surface({ store: this.#store, theme, language, screen: this.#screen });
  }

  /** Resolves with the exit code when everything has ended and the terminal is as before. */
  async run(): Promise<number> {
    const ended = new Promise<number>(resolve => {
      this.#end = resolve;
    });
    const onCrash = (error: unknown): void => this.#crash(error);
    process.on('uncaughtException', onCrash);
    process.on('unhandledRejection', onCrash);
    this.#terminal.open();
    this.#store.subscribe(() => this.#surface.update());
    this.#surface.update();
    setImmediate(() => this.#start());
    const exitCode = await ended;
    const summary = await this.#shutDown();
    process.off('uncaughtException', onCrash);
    process.off('unhandledRejection', onCrash);
    process.stdout.write(`${summary.join('\n')}\n`);
    return exitCode;
  }

  #start(): void {
    this.#opening = this.#open();
    this.#opening.then(
      handle => this.#attach(handle),
      error => this.#fail(error),
    );
    setTimeout(() => void this.#mountInk(), INK_WAIT_MS).unref();
  }

  async #open(): Promise<ClusterHandle> {
    const { source } = this.#options;
    if (source.kind === 'cluster') return source.open();
    this.#player = new ReplayPlayer(source.open(), happening => this.#happen(happening, 'input'));
    return this.#player.handle();
  }

  /** Ink takes more than half a second to load, which would keep the cluster from its first leader: it comes after that. */
  async #mountInk(): Promise<void> {
    if (this.#isMounting || this.#isEnding) return;
    this.#isMounting = true;
    try {
      const { mount } = await import('./mount.js');
      if (!this.#isEnding) this.#unmount = mount({ surface: this.#surface, screen: this.#screen });
    } catch (error) {
      this.#crash(error);
    }
  }

  #attach(handle: ClusterHandle): void {
    if (this.#isEnding) return;
    if (this.#player !== null) {
      this.#player.show();
      return;
    }
    this.#activities = new Activities({
      handle,
      execute: line => this.#sendLine(line, (id, text) => this.#execute(id, text)),
      access: this.#options.access,
      isShown: panel => isShown(this.#store.state, panel),
      watchedLink: () => watchedLink(this.#store.state),
      open: link => this.#store.set(openMessages(this.#store.state, link), 'input'),
      show: changed => this.#happen({ kind: 'activity', changed }, 'input'),
      toast: toast => this.#happen({ kind: 'toast', toast }, 'input'),
    });
    this.#unsubscribe = handle.subscribe(status => {
      this.#happen({ kind: 'status', status }, 'status');
      if (status.leader === null) return;
      void this.#runScript();
      void this.#mountInk();
    }, STATUS_INTERVAL_MS);
  }

  /** Each line of the script goes the way of a typed one. */
  async #runScript(): Promise<void> {
    const script = this.#script;
    if (script === null) return;
    this.#script = null;
    await this.#activities?.runScript(this.#options.scriptName, script);
  }

  #sendLine(
    line: string,
    perform: (id: number, line: string) => Promise<CommandResult>,
  ): Promise<CommandResult> {
    const { state, effects } = send(this.#store.state, [line], Date.now());
    this.#store.set(state, 'input');
    const [effect] = effects;
    if (effect?.kind !== 'execute') {
      return Promise.resolve({ kind: 'failed', text: 'too many commands wait', code: 'busy' });
    }
    return perform(effect.id, line);
  }

  /** The cluster did not start: said on the normal screen, since the program ends. */
  #fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#happen({ kind: 'phase', phase: { kind: 'failed', reason } }, 'status');
    this.#requestEnd(1);
  }

  #crash(error: unknown): void {
    this.#terminal.release();
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`raftkv-tui: internal error\n${text}\n`);
    this.#requestEnd(1);
  }

  #onInput(events: readonly InputEvent[]): void {
    for (const event of events) this.#happen({ kind: 'input', event, nowMs: Date.now() }, 'input');
  }

  #onResize(): void {
    const { columns, rows } = this.#screen;
    this.#options.cast?.resized({ columns, rows });
    this.#screen.resized();
    this.#happen({ kind: 'size', columns, rows }, 'input');
  }

  #happen(happening: Happening, cause: 'input' | 'status'): void {
    this.#apply(update(this.#store.state, happening, this.#options.language), cause);
  }

  #apply({ state, effects }: Step, cause: 'input' | 'status'): void {
    this.#store.set(state, cause);
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'execute':
        void this.#enqueue(effect.id, effect.line);
        break;
      case 'remember':
        this.#options.history.append(effect.line);
        break;
      case 'quit':
        this.#requestEnd(0);
        break;
      case 'suspend':
        this.#terminal.suspend();
        break;
      case 'repaint':
        this.#screen.repaint();
        break;
      case 'read-entry':
        void this.#readEntry(effect.at, effect.nodes);
        break;
      case 'local':
        this.#performLocal(effect.command);
        break;
      case 'replay':
        this.#player?.move(effect.move);
        break;
      case 'script':
        this.#activities?.moveScript(effect.move);
        break;
      case 'tour':
        this.#activities?.moveTour(effect.move);
        break;
      case 'mouse':
        this.#screen.setMouse(effect.on);
        break;
      case 'screenshot':
        this.#screenshot();
        break;
    }
  }

  async #readEntry(at: EntryAt, nodes: readonly number[]): Promise<void> {
    if (this.#opening === null) return;
    const knowledge = await readEntry(await this.#opening, at, nodes);
    this.#happen({ kind: 'entry', at, knowledge }, 'input');
  }

  #performLocal(command: LocalCommand): void {
    if (this.#activities !== null) this.#activities.perform(command);
    else if (this.#player !== null && command.kind === 'goto') this.#player.moveTo(command.atMs);
    else {
      const toast: Toast = {
        kind: 'bad',
        line: '',
        text: this.#player === null ? 'the cluster is not up yet' : 'not in a recording',
      };
      this.#happen({ kind: 'toast', toast }, 'input');
    }
  }

  /** Answers come in the order of the lines: each waits for the one before. */
  #enqueue(id: number, line: string): Promise<CommandResult> {
    const answer = this.#lastCommand.then(() => this.#execute(id, line));
    this.#lastCommand = answer.then(() => {});
    return answer;
  }

  async #execute(id: number, line: string): Promise<CommandResult> {
    if (this.#isEnding || this.#opening === null) return { kind: 'failed', text: 'not sent', code: 'ending' };
    const startMs = performance.now();
    const execute = await this.#executor(this.#opening);
    const result = await execute(line);
    const elapsedMs = performance.now() - startMs;
    this.#happen({ kind: 'answer', id, line, result, elapsedMs }, 'input');
    return result;
  }

  async #executor(opening: Promise<ClusterHandle>): Promise<Execute> {
    try {
      return executeWithFiles(await opening, 'tui');
    } catch {
      return async () => ({ kind: 'failed', text: 'the cluster did not start', code: 'no-cluster' });
    }
  }

  #screenshot(): void {
    const { state } = this.#store;
    const frame = drawFrame(state, this.#options.theme, this.#options.language);
    const file = `raftkv-${new Date().toISOString().replace(/[:.]/g, '-')}.txt`;
    let toast: Toast = { kind: 'good', line: '', text: `screen written to ${file}` };
    try {
      writeFileSync(file, `${plainFrame(frame).join('\n')}\n`);
    } catch (error) {
      toast = { kind: 'bad', line: '', text: error instanceof Error ? error.message : String(error) };
    }
    this.#happen({ kind: 'toast', toast }, 'input');
  }

  /** A second request does not wait for the cluster. */
  #requestEnd(exitCode: number): void {
    if (this.#isEnding) {
      this.#terminal.release();
      process.exit(exitCode === 0 ? 1 : exitCode);
    }
    this.#isEnding = true;
    this.#end(exitCode);
  }

  /** Terminal first, so that it is back whatever follows; then the cluster. */
  async #shutDown(): Promise<readonly string[]> {
    this.#unsubscribe();
    const activitiesEnd = this.#activities?.stop();
    const { state } = this.#store;
    this.#store.close();
    this.#unmount();
    this.#terminal.release();
    this.#options.cast?.close();
    await activitiesEnd;
    await this.#stopCluster();
    this.#terminal.close();
    return summaryOf(state, Date.now() - this.#startedAtMs);
  }

  async #stopCluster(): Promise<void> {
    const opening = this.#opening;
    if (opening === null) return;
    const stopped = opening.then(
      handle => handle.stop(),
      () => {},
    );
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>(resolve => {
      timer = setTimeout(resolve, STOP_LIMIT_MS);
    });
    await Promise.race([stopped.catch(() => {}), limit]);
    clearTimeout(timer);
  }
}
