/**
 * The supervisor keeps nodes running by the rules of its restart policy, with real threads.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { suite } from 'uvu';
import type { NodeProcess } from '../../src/runtime/node-process.js';
import { DEFAULT_RESTART_POLICY, type RestartPolicy } from '../../src/runtime/restart-policy.js';
import { type LifecycleEvent, Supervisor } from '../../src/runtime/supervisor.js';
import { startEcho, until } from './echo-process.js';
import type { EchoApi, EchoSignal, EchoSpec } from './echo-worker.js';

const supervision = suite('supervisor');

interface Setup {
  readonly supervisor: Supervisor<NodeProcess<EchoApi, EchoSignal>>;
  readonly events: LifecycleEvent[];
  spec: EchoSpec;
}

function setUp(policy: Partial<RestartPolicy> = {}): Setup {
  const events: LifecycleEvent[] = [];
  const setup: Setup = {
    events,
    spec: {},
    supervisor: new Supervisor({
      launch: () => startEcho(setup.spec, 24).process,
      policy: { ...DEFAULT_RESTART_POLICY, delayMs: 5, ...policy },
      now: () => performance.now(),
      onEvent: (_, event) => events.push(event),
    }),
  };
  return setup;
}

const kinds = (events: readonly LifecycleEvent[]): readonly string[] => events.map(({ kind }) => kind);

supervision('kill leaves a node down, revive brings it back', async () => {
  const { supervisor, events } = setUp();
  await supervisor.start(0);
  assert.equal(supervisor.describe(0).state, 'up');
  await supervisor.kill(0);
  assert.equal(supervisor.describe(0).state, 'down');
  await assert.rejects(supervisor.kill(0), { code: 'node-down' });
  await supervisor.revive(0);
  assert.equal(supervisor.describe(0).state, 'up');
  assert.equal(supervisor.describe(0).restarts, 1);
  await assert.rejects(supervisor.revive(0), { code: 'node-up' });
  await supervisor.stopAll();
  assert.deepEqual(kinds(events), ['up', 'killed', 'up', 'stopped']);
});

supervision('pause and resume, and the errors of doing either twice', async () => {
  const { supervisor } = setUp();
  await supervisor.start(0);
  await supervisor.pause(0);
  assert.equal(supervisor.describe(0).state, 'paused');
  await assert.rejects(supervisor.pause(0), { code: 'refused' });
  assert.throws(() => supervisor.running(0), { code: 'node-down' });
  await supervisor.resume(0);
  await assert.rejects(supervisor.resume(0), { code: 'refused' });
  await supervisor.pause(0);
  await supervisor.kill(0);
  assert.equal(supervisor.describe(0).state, 'down');
  await supervisor.stopAll();
});

supervision('a node that crashes is restarted', async () => {
  const { supervisor } = setUp();
  await supervisor.start(0);
  await supervisor.running(0).rpc.call('crash', ['kaboom']);
  await until('a restart', () => supervisor.describe(0).restarts === 1);
  await until('up again', () => supervisor.describe(0).state === 'up');
  assert.equal(supervisor.describe(0).lastError, 'kaboom');
  assert.equal(await supervisor.running(0).rpc.call('echo', [5]), 5);
  await supervisor.stopAll();
});

supervision('a restart for which there is no thread is tried again, and given up as faulty', async () => {
  let launches = 0;
  let failures = 1;
  const events: LifecycleEvent[] = [];
  const supervisor = new Supervisor({
    launch: () => {
      launches++;
      if (launches > 1 && failures-- > 0) throw new Error('no thread');
      return startEcho({}, 24).process;
    },
    policy: { ...DEFAULT_RESTART_POLICY, delayMs: 5 },
    now: () => performance.now(),
    onEvent: (_, event) => events.push(event),
  });
  await supervisor.start(0);
  await supervisor.running(0).rpc.call('crash', ['kaboom']);
  await until('up again', () => kinds(events).filter(kind => kind === 'up').length === 2);
  assert.deepEqual(kinds(events), ['up', 'crashed', 'crashed', 'up']);
  failures = Number.POSITIVE_INFINITY;
  await supervisor.running(0).rpc.call('crash', ['kaboom']);
  await until('the end', () => supervisor.describe(0).state === 'faulty');
  assert.equal(supervisor.describe(0).lastError, 'no thread');
  await supervisor.stopAll();
});

supervision('a node out of heap is restarted', async () => {
  const { supervisor } = setUp();
  await supervisor.start(0);
  await supervisor.running(0).rpc.call('exhaustHeap', []);
  await until('a restart', () => supervisor.describe(0).restarts === 1, 10_000);
  await until('up again', () => supervisor.describe(0).state === 'up');
  await supervisor.stopAll();
});

supervision('a node that keeps crashing is left down as faulty, with its last error', async () => {
  const setup = setUp({ intensity: 3 });
  await setup.supervisor.start(0);
  setup.spec = { failAfterMs: 1 };
  await setup.supervisor.running(0).rpc.call('crash', ['first']);
  await until('faulty', () => setup.supervisor.describe(0).state === 'faulty');
  assert.equal(setup.supervisor.describe(0).restarts, 3);
  assert.equal(setup.supervisor.describe(0).lastError, 'keeps failing');
  setup.spec = {};
  await setup.supervisor.revive(0);
  assert.equal(setup.supervisor.describe(0).state, 'up');
  await setup.supervisor.stopAll();
});

supervision('a node whose restart fails at once ends as faulty too', async () => {
  const setup = setUp({ intensity: 2 });
  await setup.supervisor.start(0);
  setup.spec = { failAtStart: 'loading' };
  await setup.supervisor.running(0).rpc.call('crash', ['first']);
  await until('faulty', () => setup.supervisor.describe(0).state === 'faulty');
  assert.equal(setup.supervisor.describe(0).lastError, 'cannot start');
  await setup.supervisor.stopAll();
});

supervision('a disk that cannot be trusted is final', async () => {
  const setup = setUp();
  await setup.supervisor.start(0);
  setup.spec = { failAtStart: 'disk-io' };
  await setup.supervisor.running(0).rpc.call('crash', ['first']);
  await until('faulty', () => setup.supervisor.describe(0).state === 'faulty');
  assert.equal(setup.supervisor.describe(0).restarts, 1);
  await setup.supervisor.stopAll();
});

supervision('a temporary node is not restarted; a transient one only after an error', async () => {
  const temporary = setUp({ type: 'temporary' });
  await temporary.supervisor.start(0);
  await temporary.supervisor.running(0).rpc.call('crash', ['x']);
  await until('down', () => temporary.supervisor.describe(0).state === 'down');
  assert.equal(temporary.supervisor.describe(0).restarts, 0);

  const transient = setUp({ type: 'transient' });
  await transient.supervisor.start(0);
  await transient.supervisor
    .running(0)
    .rpc.call('exit', [0])
    .catch(() => {});
  await until('down', () => transient.supervisor.describe(0).state === 'down');
  await transient.supervisor.revive(0);
  await transient.supervisor.running(0).rpc.call('crash', ['x']);
  await until('restarted', () => transient.supervisor.describe(0).restarts === 2);
  await temporary.supervisor.stopAll();
  await transient.supervisor.stopAll();
});

supervision('a first start that fails is reported, not repeated', async () => {
  const setup = setUp();
  setup.spec = { failAtStart: 'port-in-use' };
  await assert.rejects(setup.supervisor.start(0), { code: 'port-in-use' });
  assert.equal(setup.supervisor.describe(0).state, 'down');
  await setup.supervisor.stopAll();
  assert.equal(setup.supervisor.describe(0).restarts, 0);
});

supervision('stopping everything is quick and final', async () => {
  const setup = setUp();
  await Promise.all([0, 1, 2].map(node => setup.supervisor.start(node)));
  await setup.supervisor.pause(1);
  const startedMs = performance.now();
  await setup.supervisor.stopAll();
  assert.ok(performance.now() - startedMs < 1_500);
  for (const node of [0, 1, 2]) assert.equal(setup.supervisor.describe(node).state, 'down');
  await assert.rejects(setup.supervisor.revive(0), { code: 'refused' });
});

supervision('unknown nodes are named', async () => {
  const { supervisor } = setUp();
  await assert.rejects(supervisor.kill(4), { code: 'bad-node', message: /node 4/ });
});

supervision.run();
