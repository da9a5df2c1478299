/**
 * The parts of one node, put together.
 *
 * @module
 */
import type { StateMachine } from '../kv/state-machine.js';
import { NONE } from '../raft/ids.js';
import { Raft } from '../raft/raft.js';
import type { NodeStorage } from '../storage/node-storage.js';
import { AppendPipeline } from './append-pipeline.js';
import { Applier } from './applier.js';
import { Checkpoints } from './checkpoints.js';
import type { ResolvedOptions } from './driver-options.js';
import { ElectionWatch } from './election-watch.js';
import type { Host } from './host.js';
import { Mailbox } from './mailbox.js';
import { Membership } from './membership.js';
import { Outbox } from './outbox.js';
import type { Outcome } from './outcome.js';
import { Placer } from './placer.js';
import { Proposals } from './proposals.js';
import { ReadService } from './read-service.js';
import { Snapshots } from './snapshots.js';
import { Tracer } from './tracer.js';
import { Transfer } from './transfer.js';

export interface DriverParts {
  readonly host: Host;
  /** Open, and used by nobody else. */
  readonly storage: NodeStorage;
  /** As of the storage's newest snapshot (`loadMachine`), or empty. */
  readonly machine: StateMachine;
}

export interface NodeParts extends DriverParts {
  readonly options: ResolvedOptions;
  /** Ticks since the start. */
  readonly clock: { tick: number };
  readonly raft: Raft;
  readonly mailbox: Mailbox;
  readonly outbox: Outbox;
  readonly tracer: Tracer;
  readonly watch: ElectionWatch;
  readonly proposals: Proposals;
  readonly reads: ReadService;
  readonly applier: Applier;
  readonly snapshots: Snapshots;
  readonly pipeline: AppendPipeline;
  readonly placer: Placer;
  readonly membership: Membership;
  readonly checkpoints: Checkpoints;
  readonly transfer: Transfer;
}

/** `finish` takes the outcome of each batch. */
export function assembleParts(
  options: ResolvedOptions,
  given: DriverParts,
  finish: (outcome: Outcome) => void,
): NodeParts {
  const { host, storage, machine } = given;
  const { node, raftId, epoch, electionTicks, electionTicksMax, heartbeatTicks, limits } = options;
  const watch = new ElectionWatch(electionTicks, () => host.random(), electionTicksMax);
  const raft = createRaft(options, given, watch);
  const outbox = new Outbox(node, host);
  const tracer = createTracer(given);
  const checkpoints = new Checkpoints({ raft, outbox, host, tracer });
  const { confState } = storage.initialState();
  const membership = new Membership(raft, host, confState);
  const proposals = new Proposals(
    {
      inFlight: limits.proposalsInFlight,
      timeoutTicks: limits.proposalTimeoutTicks,
      resendTicks: electionTicks,
    },
    finish,
  );
  const applier = new Applier(
    {
      raft,
      machine,
      proposals,
      tracer,
      self: raftId,
      epoch,
      stateHashEvery: limits.stateHashEvery,
      membershipChanged: (configuration, index) => membership.changed(configuration, index),
      checkpoint: (index, hash) => checkpoints.passed(index, hash),
    },
    confState,
  );
  const snapshots = new Snapshots({ raft, storage, machine, applier, outbox, tracer, host, options });
  const pipeline = createPipeline(options, given, proposals, snapshots);
  return {
    ...given,
    options,
    clock: { tick: 0 },
    raft,
    mailbox: new Mailbox(limits.mailboxFrames, heartbeatTicks),
    outbox,
    tracer,
    watch,
    proposals,
    reads: new ReadService({ raft, machine, host, options, finish }),
    applier,
    snapshots,
    pipeline,
    placer: new Placer({ raft, proposals, outbox, host, machine, pipeline }),
    membership,
    checkpoints,
    transfer: new Transfer(),
  };
}

function createRaft(
  { raftId, electionTicks, heartbeatTicks, lazyCommitNotice, limits }: ResolvedOptions,
  { storage, machine }: DriverParts,
  watch: ElectionWatch,
): Raft {
  const config = {
    id: raftId,
    electionTicks,
    heartbeatTicks,
    drawElectionTimeout: () => watch.draw(),
    applied: machine.lastApplied,
    maxSizePerMessageBytes: limits.messageBytes,
    maxInflightMessages: limits.inflightMessages,
    maxInflightBytes: limits.inflightBytes,
    maxUncommittedBytes: limits.uncommittedBytes,
    maxCommittedBytesPerReady: limits.unappliedBytes,
    asyncStorageWrites: true,
    deferCommitNotice: true,
    lazyCommitNotice,
    spareAnswers: true,
    repeatBytes: limits.repeatBytes,
    // Who wants reads from followers wants them near to the leader.
    thriftyBytes: lazyCommitNotice ? limits.thriftyBytes : 0,
  };
  return new Raft(config, storage);
}

function createTracer({ host, storage }: DriverParts): Tracer {
  const { hardState } = storage.initialState();
  const start = hardState ?? { term: 0, vote: NONE, commit: 0 };
  return new Tracer(host.trace, start, storage.lastIndex(), storage.snapshot()?.index ?? 0);
}

function createPipeline(
  { limits }: ResolvedOptions,
  { host, storage }: DriverParts,
  proposals: Proposals,
  snapshots: Snapshots,
): AppendPipeline {
  const target = {
    append: storage.append.bind(storage),
    install: snapshots.install.bind(snapshots),
  };
  return new AppendPipeline(target, limits.unstoredBytes, {
    wake: () => host.wake(),
    full: full => {
      host.event('fault', full ? 'disk full: read-only' : 'the disk has space again');
      if (full) proposals.refuseUnexposed('read-only', 'the disk of this node is full');
    },
  });
}
