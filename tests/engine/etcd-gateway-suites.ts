/**
 * The suites of `etcd-gateway.test.ts`, in one module: they must all be there before the first of them runs.
 *
 * @module
 */
import './etcd-setup.js';
import '../gateway/ioredis.test.js';
import '../gateway/node-redis.test.js';
import '../gateway/redis-cli.test.js';
import '../gateway/redis-comparison.test.js';
import '../gateway/transactions.test.js';
import '../gateway/pipeline.test.js';
import '../gateway/crosstalk.test.js';
import { suite } from 'uvu';
import { stopEtcd } from './etcd-setup.js';

const last = suite('etcd');

last('all others have run', () => undefined);
last.after(stopEtcd);
last.run();
