/**
 * Makes the gateway tests that are loaded after this run on a real etcd of three members, each gateway under a prefix of
 * its own.
 *
 * @module
 */
import { EtcdEngine } from '../../src/engine/etcd/etcd-engine.js';
import { replaceEngine } from '../gateway/helpers.js';
import { EtcdMembers } from '../helpers/etcd-members.js';

let starting: Promise<EtcdMembers> | null = null;
const engines: EtcdEngine[] = [];

/** Started when it is asked for first. */
export function etcdMembers(): Promise<EtcdMembers> {
  starting ??= EtcdMembers.start();
  return starting;
}

export async function openEngine(): Promise<EtcdEngine> {
  const { endpoints } = await etcdMembers();
  const engine = new EtcdEngine({ endpoints, prefix: `test ${engines.length}\0` });
  engines.push(engine);
  await engine.start();
  await engine.untilLed(20_000);
  return engine;
}

export async function stopEtcd(): Promise<void> {
  for (const engine of engines) engine.close();
  const members = await starting;
  await members?.stop();
}

replaceEngine(async () => {
  const engine = await openEngine();
  return { engine, setFront: front => engine.setFront(front), close: () => engine.close() };
});
