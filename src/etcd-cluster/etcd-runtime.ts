/**
 * A running etcd as its own thread sees it: members, their links and gateways, and the status, joined.
 *
 * @module
 */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpointsOf } from '../config/cluster-config.js';
import { ControlError } from '../runtime/control.js';
import { DropSampler } from '../runtime/drop-sampler.js';
import type { CommandResult } from '../runtime/handle.js';
import type { NodeAddress } from '../runtime/node-protocol.js';
import { Router } from '../runtime/router.js';
import type { RuntimeSpec } from '../runtime/runtime-protocol.js';
import type { ClusterStatus } from '../runtime/status.js';
import { StatusBoard } from '../runtime/status-board.js';
import { type LifecycleEvent, Supervisor } from '../runtime/supervisor.js';
import { claimDirectory } from './claim-directory.js';
import { canSkipSync, etcdEnvironment, etcdVersion } from './find-etcd.js';
import { MemberFront } from './member-front.js';
import { checkTimings, type MemberPlan, memberArguments, planMembers } from './member-plan.js';
import { MemberProcess } from './member-process.js';
import { MemberSightings, reportOf } from './member-report.js';
import { type MemberView, MemberWatch } from './member-watch.js';
import type { PeerMessage } from './peer-message.js';
import { PeerNetwork } from './peer-network.js';
import { Watchdog } from './watchdog.js';

interface Member {
  readonly plan: MemberPlan;
  readonly front: MemberFront;
  readonly watch: MemberWatch;
  readonly sightings: MemberSightings;
  /** etcd's name for it, once it has said so. */
  id: string | null;
  /** Term in which it was last seen to lead. */
  ledTerm: number;
}

interface Setup {
  readonly plans: readonly MemberPlan[];
  /** Of all members. */
  readonly directory: string;
  /** False: the directory goes when the cluster ends. */
  readonly isKept: boolean;
  /** Members wait for their disks. */
  readonly isSynced: boolean;
}

export class EtcdRuntime {
  readonly router: Router;
  readonly network: PeerNetwork;
  readonly supervisor: Supervisor<MemberProcess>;
  readonly board: StatusBoard;
  readonly #spec: RuntimeSpec;
  readonly #members: readonly Member[];
  readonly #setup: Setup;
  readonly #addresses: NodeAddress[];
  readonly #watchdog: Watchdog;
  #isStarted = false;

  /** @throws EtcdClusterError */
  static async create(
    spec: RuntimeSpec,
    execute: (line: string) => Promise<CommandResult>,
  ): Promise<EtcdRuntime> {
    checkTimings(spec.config);
    const version = await etcdVersion();
    const isKept = spec.dataDirectory !== null;
    const directory = spec.dataDirectory ?? mkdtempSync(join(tmpdir(), 'raftkv-etcd-'));
    if (isKept) claimDirectory(directory, spec.nodes);
    const plans = await planMembers(spec.nodes, directory);
    const setup = { plans, directory, isKept, isSynced: isKept || !canSkipSync(version) };
    const runtime = new EtcdRuntime(spec, setup, execute);
    runtime.board.event('membership', null, `etcd ${version}, ${spec.nodes} members in ${directory}`);
    return runtime;
  }

  private constructor(spec: RuntimeSpec, setup: Setup, execute: (line: string) => Promise<CommandResult>) {
    const { plans, directory, isKept } = setup;
    this.#spec = spec;
    this.#setup = setup;
    this.#watchdog = new Watchdog(isKept ? null : directory);
    const { electionTimeoutMaxMs: electionTimeoutMs, heartbeatMs } = spec.config;
    const facts = { seed: spec.seed, durable: isKept, electionTimeoutMs, heartbeatMs };
    this.board = new StatusBoard({ ...facts, startedAtMs: Date.now() }, Date.now);
    const drops = new DropSampler(Date.now, (from, text) => this.board.event('fault', from, text));
    this.router = new Router({
      size: plans.length,
      seed: spec.seed,
      now: () => performance.now(),
      schedule: (action, delayMs) => {
        const timer = setTimeout(action, delayMs);
        return () => clearTimeout(timer);
      },
      onDrop: drop => drops.add(drop),
    });
    this.network = new PeerNetwork(this.router, plans, (from, to, message) => this.#see(from, to, message));
    this.#addresses = endpointsOf(spec.config).map(({ host, port }, node) => ({ node, host, port }));
    const admin = { execute, status: async () => this.status() };
    this.#members = plans.map(plan => ({
      plan,
      front: new MemberFront({
        member: plan,
        config: spec.config,
        users: spec.users,
        addresses: this.#addresses,
        admin,
      }),
      watch: new MemberWatch(plan, view => this.#onView(plan.node, view)),
      sightings: new MemberSightings(),
      id: null,
      ledTerm: 0,
    }));
    this.supervisor = new Supervisor<MemberProcess>({
      launch: node => this.#launch(node),
      policy: spec.restartPolicy,
      now: Date.now,
      onEvent: (node, event) => this.#onEvent(node, event),
    });
  }

  /** Resolves when every member runs and every gateway is open. @throws the first failure, after everything is stopped */
  async start(): Promise<void> {
    try {
      for (const { directory } of this.#setup.plans) mkdirSync(directory, { recursive: true, mode: 0o700 });
      await this.network.open();
      await Promise.all(this.#setup.plans.map(({ node }) => this.supervisor.start(node)));
      await Promise.all(this.#members.map(({ front }) => front.open()));
      this.#isStarted = true;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (const { watch } of this.#members) watch.close();
    await Promise.all(this.#members.map(({ front }) => front.close()));
    await this.supervisor.stopAll();
    await this.network.close();
    this.router.dispose();
    await this.#watchdog.end();
  }

  /** @throws ControlError `bad-node` */
  member(node: number): Member {
    const member = this.#members[node];
    if (member === undefined) throw new ControlError('bad-node', `there is no node ${node}`);
    return member;
  }

  status(): ClusterStatus {
    const nodes = this.#members.map(({ plan: { node } }) => {
      const { host = '', port = 0 } = this.#addresses[node] ?? {};
      const supervised = this.supervisor.nodes.includes(node) ? this.supervisor.describe(node) : NOT_STARTED;
      return { ...supervised, node, host, port, clockOffsetMs: 0, diskFault: null, mailboxDepth: 0 };
    });
    const links = nodes.flatMap(({ node: from }) =>
      nodes.map(({ node: to }) => ({
        from,
        to,
        faults: this.router.faults(from, to),
        counters: this.router.counters(from, to),
      })),
    );
    const { messages, dropped } = this.router.totals;
    this.board.routed(messages, dropped);
    return this.board.status(nodes, links);
  }

  #launch(node: number): MemberProcess {
    const { plan } = this.member(node);
    return new MemberProcess({
      member: plan,
      isKept: this.#setup.isKept,
      args: memberArguments(plan, this.#setup.plans, this.#spec.config, this.#setup.isSynced),
      environment: etcdEnvironment(this.network.proxyOf(node)),
      onStarted: pid => {
        this.#watchdog.add(pid);
        this.network.attach(node);
      },
      onOutput: line => this.board.event('alarm', node, line),
      onExit: pid => {
        this.#watchdog.remove(pid);
        this.network.detach(node);
        this.board.restarted(node);
      },
    });
  }

  #onEvent(node: number, event: LifecycleEvent): void {
    const [kind, text] = describeEvent(event);
    this.board.event(kind, node, text);
    const { front, watch } = this.member(node);
    if (event.kind === 'up') {
      watch.start();
      // At first all are opened together, and one that cannot be ends the start.
      if (!this.#isStarted) return;
      front.open().catch((error: unknown) => {
        this.board.event(
          'alarm',
          node,
          `its gateway cannot open: ${error instanceof Error ? error.message : error}`,
        );
      });
    } else if (event.kind !== 'paused' && event.kind !== 'resumed') {
      watch.stop();
      void front.close();
    }
  }

  #see(from: number, to: number, message: PeerMessage): void {
    const campaignTerm = this.#members[from]?.sightings.see(to, message) ?? null;
    if (campaignTerm !== null) this.board.event('election', from, `campaigns in term ${campaignTerm}`);
  }

  #onView(node: number, { status, metrics, busy, syncMs }: MemberView): void {
    const member = this.member(node);
    member.id = status.id;
    const { electionTimeoutMaxMs: electionTimeoutMs } = this.#spec.config;
    const report = reportOf({
      node,
      status,
      metrics,
      busy,
      syncMs,
      electionTimeoutMs,
      nodeOf: id => this.#members.find(other => other.id === id)?.plan.node ?? null,
      sightings: this.#members.map(({ sightings }) => sightings),
      front: member.front.report(),
    });
    this.board.report(node, report);
    if (report.raft.role !== 'leader' || member.ledTerm >= status.term) return;
    member.ledTerm = status.term;
    this.board.event('leader', node, `leads in term ${status.term}`);
  }
}

const NOT_STARTED = { state: 'starting', sinceMs: 0, restarts: 0, lastError: null } as const;

function describeEvent(
  event: LifecycleEvent,
): readonly ['restart' | 'crash' | 'alarm' | 'fault' | 'membership', string] {
  switch (event.kind) {
    case 'up':
      return ['restart', 'started'];
    case 'crashed':
      return ['crash', `crashed: ${event.error}`];
    case 'faulty':
      return ['alarm', `left down as faulty: ${event.error}`];
    case 'killed':
    case 'paused':
    case 'resumed':
      return ['fault', event.kind];
    case 'stopped':
    case 'removed':
      return ['membership', event.kind];
  }
}
