/**
 * The gateway tests on a real etcd: Redis itself and three Redis clients see no difference. What looks into the memory
 * engine, or is about something etcd does not offer, is left out.
 *
 * @module
 */
import { suite } from 'uvu';
import { hasEtcd } from '../helpers/etcd-members.js';

if (hasEtcd) {
  await import('./etcd-gateway-suites.js');
} else {
  const test = suite('the gateway tests on etcd');
  test.skip('there is no etcd on this machine', () => undefined);
  test.run();
}
