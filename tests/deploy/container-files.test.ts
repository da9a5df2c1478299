/** The image runs the nodes of one host, and its health is that of their first port. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_CONFIG } from '../../src/config/cluster-config.js';
import { containerFiles } from '../../src/deploy/container-files.js';

const test = suite('container files');

function dockerfile(portStart: number): string {
  const config = { ...DEFAULT_CONFIG, servers: ['one', 'two'], nodesPerServer: 2, portStart };
  return containerFiles(config, 'dist/src/cli/main.js').get('Dockerfile') ?? '';
}

/** Exit code of the health check of a host at this address. */
async function health(port: number): Promise<number> {
  const [, command = '[]'] = /^HEALTHCHECK .* CMD (\[.*\])$/m.exec(dockerfile(port)) ?? [];
  const [program, ...args] = JSON.parse(command) as readonly string[];
  assert.is(program, 'node');
  const env = { ...process.env, RAFTKV_HOST: '127.0.0.1' };
  const [exitCode] = await once(spawn(process.execPath, args, { env, stdio: 'ignore' }), 'exit');
  return exitCode;
}

test('it starts the nodes of the host it is told, on the ports of the config', () => {
  const text = dockerfile(5001);
  assert.match(text, /^EXPOSE 5001 5002$/m);
  assert.match(text, /^ENV RAFTKV_HOST=one$/m);
  assert.match(
    text,
    /^CMD exec node \/opt\/raftkv\/dist\/src\/cli\/main\.js serve .* --host "\$RAFTKV_HOST"/m,
  );
});

test('it is healthy while the port takes connections', async () => {
  const server = createServer(socket => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  assert.is(await health(port), 0);
  server.close();
  await once(server, 'close');
  assert.is(await health(port), 1);
});

test.run();
