/**
 * This host among the others: finds out which cluster it belongs to, passes on what its nodes and theirs say to each
 * other, and keeps residences, faults and status of all hosts the same.
 *
 * @module
 */
import { linkPortOf } from '../../config/cluster-config.js';
import type { ControlRequest } from '../../node/control.js';
import type { Frame } from '../../node/frame.js';
import type { ClusterRuntime, Residents } from '../cluster-runtime.js';
import { type ClusterControl, ControlError } from '../control.js';
import { asControlError } from '../control-failure.js';
import type { OtherHosts } from '../other-hosts.js';
import type { RuntimeSpec } from '../runtime-protocol.js';
import type { LinkStatus } from '../status.js';
import type { NodeFacts } from '../status-board.js';
import { type FaultAnswer, FaultSync } from './fault-sync.js';
import type { FaultTable } from './fault-table.js';
import { HostCluster } from './host-cluster.js';
import { HostLinks } from './host-links.js';
import type { HostReport } from './host-report.js';
import type { HostsSpec } from './hosts-spec.js';
import type { HostIdentity } from './identity.js';
import { linkSecurity } from './link-security.js';
import { Publisher } from './publisher.js';
import { RemoteNodes } from './remote-nodes.js';
import { type NodeOperation, serveOperation } from './serve-operation.js';

/** What hosts tell each other without being asked. */
type Notice =
  | { readonly kind: 'identity'; readonly identity: HostIdentity }
  | { readonly kind: 'faults'; readonly table: FaultTable }
  | { readonly kind: 'report'; readonly report: HostReport };

/** The answer to a call about a node: what came of it, and how the host's nodes are afterwards. */
interface NodeAnswer {
  readonly value?: unknown;
  readonly report: HostReport;
}

/** The node's own time limit lies below. */
const ASK_TIME_LIMIT_MS = 60_000;
/** For what another host does by itself at once. */
const TELL_TIME_LIMIT_MS = 2_000;
/** A host that is alone says again what it waits for. */
const STILL_WAITING_MS = 10_000;

interface Running {
  readonly runtime: ClusterRuntime;
  readonly control: ClusterControl;
  readonly publisher: Publisher;
  readonly faults: FaultSync;
}

export class HostGroup implements OtherHosts {
  readonly #self: string;
  readonly #cluster: HostCluster;
  readonly #links: HostLinks;
  readonly #say: (text: string) => void;
  #remote: RemoteNodes | null = null;
  #running: Running | null = null;

  /**
   * `say` is for people: who is kept out and why, and what is waited for.
   * @throws LinkSecurityError, DataDirectoryError
   */
  constructor(spec: RuntimeSpec, hosts: HostsSpec, say: (text: string) => void) {
    const { config, nodes: founders, dataDirectory } = spec;
    const { self, secret, tls, times } = hosts;
    const port = linkPortOf(config);
    const security = linkSecurity(secret, tls, config.servers);
    this.#self = self;
    this.#say = text => {
      say(text);
      this.#running?.runtime.board.event('alarm', null, text);
    };
    this.#cluster = new HostCluster({ self, config, founders, dataDirectory });
    this.#links = new HostLinks({
      self: { host: self, port },
      hosts: config.servers.map(host => ({ host, port })),
      security,
      identity: () => this.#cluster.identity(),
      ...(times === undefined ? {} : { times }),
      events: {
        onUp: (host, identity) => this.#onUp(host, identity),
        onDown: host => this.#onDown(host),
        onFrame: (host, frame) => this.#onFrame(host, frame),
        onCall: (_host, operation, args) => this.#onCall(operation, args),
        onNotice: (host, notice) => this.#onNotice(host, notice as unknown as Notice),
        onRefusal: text => this.#say(text),
      },
    });
  }

  get self(): string {
    return this.#self;
  }

  /** Resolves when it is known which cluster this is: at once if the host has data, else when enough hosts are there. */
  async join(): Promise<Residents> {
    await this.#links.open();
    await this.#untilFounded();
    const { founded } = this.#cluster;
    if (founded === null) throw new ControlError('refused', 'the host is stopping');
    this.#remote = new RemoteNodes(founded.roster);
    return { ...founded, durable: this.#cluster.isDurable, others: this };
  }

  /** From now on the host's nodes take part, and `control` does what other hosts ask of them. */
  attach(runtime: ClusterRuntime, control: ClusterControl): void {
    const { roster, router } = runtime;
    const faults = new FaultSync({
      self: this.#self,
      peers: this.#links.peers,
      router,
      tell: async (host, table) =>
        (await this.#call(host, 'faults', [table], TELL_TIME_LIMIT_MS)) as FaultAnswer,
    });
    const publisher = new Publisher(runtime, report => this.#notify({ kind: 'report', report }));
    this.#running = { runtime, control, publisher, faults };
    roster.onChange = node => this.#onResidence(node);
    for (const node of roster.nodes) this.#route(node);
    for (const host of this.#links.peers) if (this.#links.isUp(host)) this.#welcome(host);
  }

  async close(): Promise<void> {
    this.#running?.publisher.close();
    this.#running = null;
    await this.#links.close();
  }

  /** Makes a change of link faults on all hosts. @throws what `action` throws; ControlError `hosts-missed` */
  changeFaults(action: () => void): Promise<void> {
    return asControlError(this.#started().faults.change(action));
  }

  /** Lets the node's host do something with it. @throws ControlError */
  async callNode(
    operation: NodeOperation,
    node: number,
    args: readonly unknown[],
    timeLimitMs: number,
  ): Promise<unknown> {
    const { host } = this.#started().runtime.roster.get(node);
    return this.callHost(host, operation, [node, ...args], timeLimitMs);
  }

  /** @throws ControlError */
  async callHost(
    host: string,
    operation: string,
    args: readonly unknown[],
    timeLimitMs: number,
  ): Promise<unknown> {
    const answer = (await asControlError(this.#call(host, operation, args, timeLimitMs))) as NodeAnswer;
    this.#hearReport(host, answer.report);
    return answer.value;
  }

  isReached(host: string): boolean {
    return host === this.#self || this.#links.isUp(host);
  }

  facts(node: number): NodeFacts {
    return this.#remoteNodes().facts(node, host => this.#links.isUp(host));
  }

  link(from: number, to: number): LinkStatus {
    return this.#remoteNodes().link(from, to);
  }

  async ask(node: number, request: ControlRequest): Promise<number> {
    return Number(await this.callNode('ask', node, [request], ASK_TIME_LIMIT_MS));
  }

  #untilFounded(): Promise<void> {
    if (this.#cluster.founded !== null) return Promise.resolve();
    return new Promise(resolve => {
      const tell = (): void => {
        const { missing } = this.#cluster;
        if (missing.length > 0) this.#say(`no cluster yet: waiting for ${missing.join(', ')}`);
      };
      const first = setTimeout(tell, 1_000);
      const timer = setInterval(tell, STILL_WAITING_MS);
      this.#cluster.onFounded = () => {
        clearTimeout(first);
        clearInterval(timer);
        this.#notify({ kind: 'identity', identity: this.#cluster.identity() });
        resolve();
      };
    });
  }

  #onUp(host: string, identity: HostIdentity): void {
    this.#cluster.hear(identity);
    if (this.#running !== null) this.#welcome(host);
  }

  /** Tells a host that was not there what it missed, and lets its nodes take part. */
  #welcome(host: string): void {
    const { runtime, publisher, faults } = this.#started();
    const peer = this.#links.peer(host);
    const notices: readonly Notice[] = [
      { kind: 'identity', identity: this.#cluster.identity() },
      { kind: 'faults', table: faults.table },
      { kind: 'report', report: publisher.whole() },
    ];
    for (const notice of notices) peer?.notify(Buffer.from(JSON.stringify(notice)));
    for (const node of runtime.roster.nodes) this.#route(node);
    runtime.board.event('membership', null, `host ${host} is linked to ${this.#self}`);
  }

  #onDown(host: string): void {
    this.#cluster.lose(host);
    const { runtime } = this.#running ?? {};
    if (runtime === undefined) return;
    this.#remote?.lose(host);
    for (const node of runtime.roster.nodes) this.#route(node);
    runtime.board.event('alarm', null, `host ${host} is not reached from ${this.#self}`);
  }

  /** A node of another host gets what its host's link takes. */
  #route(node: number): void {
    const { runtime } = this.#started();
    const { roster, router } = runtime;
    router.grow(node + 1);
    if (roster.isLocal(node)) return;
    const { host, record } = roster.get(node);
    const peer = this.#links.peer(host);
    if (peer === null || !peer.isUp || record.isRemoved) router.detach(node);
    else router.attach(node, frame => peer.sendFrame(frame));
  }

  /** A node came, went, moved or started. */
  #onResidence(node: number): void {
    const { runtime } = this.#started();
    const { roster, supervisor } = runtime;
    this.#route(node);
    const isOver = !roster.isLocal(node) || roster.get(node).record.isRemoved;
    const runs = supervisor.nodes.includes(node) && supervisor.describe(node).state !== 'removed';
    if (isOver && runs) void supervisor.remove(node);
    void runtime.spreadAddresses();
    this.#notify({ kind: 'identity', identity: this.#cluster.identity() });
  }

  #onFrame(host: string, frame: Frame): void {
    if (this.#running === null) return;
    const { roster, router } = this.#running.runtime;
    const sender = roster.has(frame.from) ? roster.get(frame.from) : null;
    // A node that moved may not have heard of it yet.
    if (sender?.host !== host || !roster.has(frame.to) || !roster.isLocal(frame.to)) return;
    if (!sender.record.hasStarted) roster.markStarted(frame.from);
    router.arrive(frame);
  }

  async #onCall(operation: string, args: readonly unknown[]): Promise<unknown> {
    const running = this.#started();
    if (operation === 'faults') return running.faults.hear(args[0] as FaultTable);
    const value = await serveOperation(running, operation, args);
    return { value, report: running.publisher.whole() } satisfies NodeAnswer;
  }

  #onNotice(host: string, notice: Notice): void {
    switch (notice.kind) {
      case 'identity':
        this.#cluster.hear(notice.identity);
        return;
      case 'faults':
        this.#running?.faults.hear(notice.table);
        return;
      case 'report':
        this.#hearReport(host, notice.report);
        return;
    }
  }

  #hearReport(host: string, report: HostReport): void {
    if (this.#running !== null) this.#remote?.hear(host, report, this.#running.runtime.board);
  }

  #call(host: string, operation: string, args: readonly unknown[], timeLimitMs: number): Promise<unknown> {
    const peer = this.#links.peer(host);
    if (peer === null) throw new ControlError('bad-value', `there is no host ${host}`);
    return peer.call(operation, args, timeLimitMs);
  }

  #notify(notice: Notice): void {
    this.#links.notify(notice);
  }

  /** @throws ControlError while the host is on its way */
  #started(): Running {
    if (this.#running === null) throw new ControlError('node-down', `host ${this.#self} is not ready`);
    return this.#running;
  }

  #remoteNodes(): RemoteNodes {
    if (this.#remote === null) throw new ControlError('node-down', `host ${this.#self} is not ready`);
    return this.#remote;
  }
}
