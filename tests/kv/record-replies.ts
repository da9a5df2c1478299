/**
 * Asks a real redis-server and writes its replies down (`recorded-replies.ts`).
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { RECORDING, record } from './recorded-replies.js';
import { RedisProcess } from './redis-process.js';

const redis = await RedisProcess.start(7301);
try {
  const topics = Object.entries(await record(redis)).map(([topic, replies]) => {
    const lines = replies.map(reply => `    ${JSON.stringify(reply)}`);
    return `  ${JSON.stringify(topic)}: [\n${lines.join(',\n')}\n  ]`;
  });
  writeFileSync(RECORDING, `{\n${topics.join(',\n')}\n}\n`);
} finally {
  await redis.stop();
}
