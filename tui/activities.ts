/**
 * What the program does beside showing the cluster: each activity tells its part of the state when it changes.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseScript, type Script } from '../src/chaos/script.js';
import type { ClientAccess } from '../src/config/client-access.js';
import type { ClusterHandle, CommandResult } from '../src/runtime/handle.js';
import { LiveCheck } from './live/live-check.js';
import type { LocalCommand } from './local-commands.js';
import { MessageWatch } from './message-watch.js';
import { ScriptSession } from './script-session.js';
import type { Activities as ActivityState, LinkAt, PanelId, Toast } from './state.js';
import type { ScriptMove, TourMove } from './step.js';
import { StoreBrowser } from './store-browser.js';
import { SCENES, sceneNamed } from './tour/scenes.js';
import { Stage } from './tour/stage.js';
import { readingMs, type SceneReport, Tour } from './tour/tour.js';

export interface ActivityHost {
  readonly handle: ClusterHandle;
  /** Runs a line of the command language where it can be seen. */
  readonly execute: (line: string) => Promise<CommandResult>;
  /** For connections to the nodes' ports. */
  readonly access: ClientAccess;
  readonly isShown: (panel: PanelId) => boolean;
  /** The link whose messages are to be seen; null: none is. */
  readonly watchedLink: () => LinkAt | null;
  readonly open: (link: LinkAt) => void;
  readonly show: (changed: Partial<ActivityState>) => void;
  readonly toast: (toast: Toast) => void;
}

/** The store is looked at so often while it is shown. */
const BROWSE_MS = 1_000;

export class Activities {
  readonly #host: ActivityHost;
  #tour: Tour | null = null;
  #check: LiveCheck | null = null;
  #script: ScriptSession | null = null;
  readonly #browser: StoreBrowser;
  readonly #browsing: NodeJS.Timeout;
  readonly #messages: MessageWatch;
  #prefix = '';
  #watched: string | null = null;
  #isLooking = false;

  constructor(host: ActivityHost) {
    this.#host = host;
    this.#browser = new StoreBrowser(host.access);
    this.#browsing = setInterval(() => void this.#look(), BROWSE_MS);
    this.#messages = new MessageWatch(host);
  }

  perform(command: LocalCommand): void {
    switch (command.kind) {
      case 'tour':
        void this.#playTour(command.scene);
        break;
      case 'tour-stop':
        this.moveTour('stop');
        break;
      case 'load':
        void this.#load(command.rate);
        break;
      case 'run':
        this.#run(command.path);
        break;
      case 'watch':
        this.#watched = command.key;
        void this.#look(true);
        break;
      case 'browse':
        this.#prefix = command.prefix;
        void this.#look(true);
        break;
      case 'messages':
        this.#host.open(command.link);
        break;
      case 'goto':
        this.#note('bad', 'this is a live cluster: only recordings go to a time');
        break;
      case 'quit':
      case 'keys':
        break;
    }
  }

  moveTour(move: TourMove): void {
    switch (move) {
      case 'next':
        this.#tour?.next();
        break;
      case 'back':
        this.#tour?.back();
        break;
      case 'auto':
        this.#tour?.toggleAuto();
        break;
      case 'stop':
        this.#tour?.stop();
        break;
    }
  }

  moveScript(move: ScriptMove): void {
    switch (move) {
      case 'pause':
        this.#script?.togglePause();
        break;
      case 'step':
        this.#script?.step();
        break;
      case 'stop':
        this.#script?.stop();
        break;
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#browsing);
    this.#messages.stop();
    this.moveTour('stop');
    this.moveScript('stop');
    this.#browser.close();
    await this.#check?.stop();
  }

  /** A parsed script, each line of it in the panel and in the events. */
  async runScript(name: string, script: Script): Promise<void> {
    if (this.#script !== null) {
      this.#note('bad', 'a script is running already');
      return;
    }
    const { execute, show } = this.#host;
    this.#script = new ScriptSession({ name, script, execute, show: view => show({ script: view }) });
    const { state, steps } = await this.#script.run();
    this.#script = null;
    const ran = steps.reduce((sum, { runs }) => sum + runs, 0);
    const failed = steps.find(step => step.state === 'failed');
    if (failed === undefined) this.#note('good', `${name}: ${state}, ${ran} commands`);
    else this.#note('bad', `${name}, line ${failed.line}: ${failed.answer}`);
  }

  #run(path: string): void {
    try {
      void this.runScript(basename(path), parseScript(readFileSync(path, 'utf8')));
    } catch (error) {
      this.#note('bad', error instanceof Error ? error.message.replaceAll('\n', '; ') : String(error));
    }
  }

  async #load(rate: number | null): Promise<void> {
    const running = this.#check;
    this.#check = null;
    await running?.stop();
    if (rate === null) {
      this.#host.show({ check: null });
      return;
    }
    const { nodes } = await this.#host.handle.status();
    this.#check = new LiveCheck(
      {
        nodes: nodes.filter(node => node.state !== 'removed').map(({ host, port }) => ({ host, port })),
        access: this.#host.access,
        rate,
        prefix: `~live:${Date.now().toString(36)}`,
      },
      check => this.#host.show({ check }),
    );
  }

  /** Reads the store for the panel that shows it; not while nobody looks. */
  async #look(always = false): Promise<void> {
    const { handle, isShown, show } = this.#host;
    if (this.#isLooking || !(always || isShown('store'))) return;
    this.#isLooking = true;
    try {
      show({ store: await this.#browser.look(await handle.status(), this.#prefix, this.#watched) });
    } catch {
      // No status now: the panel keeps what it has.
    } finally {
      this.#isLooking = false;
    }
  }

  async #playTour(name: string | null): Promise<void> {
    if (this.#tour !== null) {
      this.#note('bad', 'the tour is on already');
      return;
    }
    const { handle, execute, show } = this.#host;
    const scene = name === null ? null : sceneNamed(name);
    const scenes = scene === null ? SCENES : [scene];
    const nodes = (await handle.status()).nodes.filter(node => node.state !== 'removed').length;
    const tooFew = scenes.find(({ minNodes }) => minNodes > nodes);
    if (tooFew !== undefined) {
      this.#note('bad', `this takes at least ${tooFew.minNodes} nodes; there are ${nodes}`);
      return;
    }
    if (this.#check !== null) {
      await this.#load(null);
      this.#note('note', 'the load is off during the tour');
    }
    const stage = new Stage({ handle, execute });
    const tour = new Tour({
      scenes,
      stage,
      auto: false,
      pauseMs: readingMs,
      show: view => show({ tour: view }),
    });
    this.#tour = tour;
    const reports = await tour.play();
    this.#tour = null;
    this.#note(...tourResult(reports));
  }

  #note(kind: Toast['kind'], text: string): void {
    this.#host.toast({ kind, line: '', text });
  }
}

function tourResult(reports: readonly SceneReport[]): readonly [Toast['kind'], string] {
  const failed = reports.filter(({ ok }) => !ok).map(({ name }) => name);
  if (failed.length > 0) return ['bad', `scenes that did not reach their end: ${failed.join(', ')}`];
  return ['good', `${reports.length} scenes reached their end`];
}
