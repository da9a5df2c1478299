/**
 * Writes to a durable cluster for ever and prints each key once it is acknowledged.
 *
 * @module
 */
import { writeSync } from 'node:fs';
import { startCluster } from '../../src/index.js';

const [, , dataDirectory = ''] = process.argv;
const cluster = await startCluster({ nodes: 3, dataDirectory });
await Promise.all(
  Array.from({ length: 8 }, async (_, writer) => {
    for (let i = 0; ; i++) {
      const key = `${process.pid}:${writer}:${i}`;
      const result = await cluster.put(key, `value of ${key}`);
      if (result.ok) writeSync(1, `${key}\n`);
    }
  }),
);
