/**
 * What a scene of the tour plays on: a running cluster, used through lines of the command language only.
 *
 * @module
 */
import type { ClusterHandle, CommandResult } from '../../src/runtime/handle.js';
import type { ClusterStatus, NodeStatus, RaftStatus } from '../../src/runtime/status.js';

/** Thrown when the cluster did not do what a scene shows; the message says what was asked and what came. */
export class SceneFailure extends Error {
  override readonly name = 'SceneFailure';
  readonly code = 'scene-failed';
}

/** One step: the caption says what to watch, then it happens. */
export interface SceneStep {
  /** Asked when the step begins, so that it can name nodes. */
  readonly caption: () => string;
  /** Resolves when what the caption promises has come true. @throws SceneFailure */
  readonly act: () => Promise<void>;
}

export interface Scene {
  /** As typed after `scene`. */
  readonly name: string;
  readonly title: string;
  /** Nodes it takes to show this. */
  readonly minNodes: number;
  /** Where it is seen best. */
  readonly panel: 'nodes' | 'log';
  /** What is true when it is over. */
  readonly end: string;
  /** The steps of one performance; what they learn on the way they keep among themselves. */
  readonly play: (stage: Stage) => readonly SceneStep[];
}

export interface StageOptions {
  readonly handle: ClusterHandle;
  /** Runs a line where it can be seen. */
  readonly execute: (line: string) => Promise<CommandResult>;
}

/** How long a scene waits for what must come, unless it says otherwise. */
const PATIENCE = '20s';
const POLL_MS = 50;

export class Stage {
  readonly #options: StageOptions;
  readonly #open = new Set<Promise<CommandResult>>();

  constructor(options: StageOptions) {
    this.#options = options;
  }

  status(): Promise<ClusterStatus> {
    return this.#options.handle.status();
  }

  /** Runs lines one after the other. @throws SceneFailure for the first that fails */
  async run(...lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      const result = await this.#options.execute(line);
      if (result.kind !== 'done') throw new SceneFailure(`${shortened(line)}: ${result.text}`);
    }
  }

  /** A line among so many that showing them would only hide the others. @throws SceneFailure */
  async quietly(line: string): Promise<void> {
    const result = await this.#options.handle.execute(line, 'tui');
    if (result.kind !== 'done') throw new SceneFailure(`${shortened(line)}: ${result.text}`);
  }

  /** @throws SceneFailure when the condition does not come true in time */
  until(condition: string, within = PATIENCE): Promise<void> {
    return this.run(`wait until ${condition} within ${within}`);
  }

  /** Whether the condition comes true soon. */
  async comes(condition: string): Promise<boolean> {
    const result = await this.#options.execute(`wait until ${condition} within 6s`);
    return result.kind === 'done';
  }

  /** Runs a line whose answer may be long in coming, or never be good: a write that cannot commit. */
  start(line: string): void {
    const answer = this.#options.execute(line);
    this.#open.add(answer);
    void answer.finally(() => this.#open.delete(answer));
  }

  /**
   * Nobody can win an election until it is allowed again: a busy machine that delays heartbeats must not change who leads in
   * the middle of a step.
   */
  async forbidElections(): Promise<void> {
    await this.run('filter * * PreVote');
  }

  async allowElections(): Promise<void> {
    await this.run('filter * * PreVote off');
  }

  /** Resolves when every line given to `start` has its answer. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#open);
  }

  /** Waits for what no condition of the language can say. @throws SceneFailure */
  async see(what: string, holds: (status: ClusterStatus) => boolean, withinMs = 20_000): Promise<void> {
    const endMs = performance.now() + withinMs;
    for (;;) {
      if (holds(await this.status())) return;
      if (performance.now() > endMs) throw new SceneFailure(`not seen within ${withinMs} ms: ${what}`);
      await new Promise(resolve => setTimeout(resolve, POLL_MS));
    }
  }

  /** Puts the cluster in order: all nodes run, all links are perfect, all logs are equal. */
  async restore(): Promise<void> {
    const { nodes } = await this.status();
    await this.run('heal', 'resume all', 'revive all');
    for (const node of nodes) if (node.diskFault !== null) await this.run(`disk ${node.node} ok`);
    await this.settle();
  }

  /** Until all nodes agree, also in reports newer than what was done before. */
  async settle(): Promise<void> {
    await this.run('wait 400ms');
    await this.until('converged', '30s');
  }
}

const LONGEST_SHOWN = 80;

function shortened(line: string): string {
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN)}…` : line;
}

/** @throws SceneFailure: scenes ask for a leader when they have seen one */
export function leaderOf(status: ClusterStatus): number {
  if (status.leader === null) throw new SceneFailure('there is no leader');
  return status.leader;
}

export function membersOf(status: ClusterStatus): readonly NodeStatus[] {
  return status.nodes.filter(node => node.state !== 'removed');
}

/** @throws SceneFailure when the node has not reported */
export function raftOf(status: ClusterStatus, node: number): RaftStatus {
  const raft = status.nodes[node]?.raft;
  if (raft == null) throw new SceneFailure(`n${node} has not reported`);
  return raft;
}

export function names(nodes: readonly number[]): string {
  return nodes.map(node => `n${node}`).join(', ');
}
