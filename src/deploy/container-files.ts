/**
 * What is needed to build an image of this program and to run one host of a cluster from it.
 *
 * @module
 */
import type { ClusterConfig } from '../config/cluster-config.js';
import { PROGRAM_ARCHIVE } from './pack.js';

/** Names and contents of the text files; the program's archive belongs beside them. */
export function containerFiles(config: ClusterConfig, entry: string): ReadonlyMap<string, string> {
  return new Map([
    ['Dockerfile', dockerfile(config, entry)],
    ['compose.yaml', compose(config)],
  ]);
}

const dockerfile = (config: ClusterConfig, entry: string): string => {
  const ports = Array.from({ length: config.nodesPerServer }, (_, i) => config.portStart + i);
  const health = `require('net').connect(${config.portStart},process.env.RAFTKV_HOST).on('connect',()=>process.exit(0)).on('error',()=>process.exit(1))`;
  return `# Runs the nodes of one host: RAFTKV_HOST is its name in the config.
FROM node:20-slim
ADD ${PROGRAM_ARCHIVE} /opt/raftkv/
COPY --chown=node:node config/ /etc/raftkv/
RUN chmod -R a+rX /opt/raftkv && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE ${ports.join(' ')}
ENV RAFTKV_HOST=${config.servers[0] ?? 'localhost'}
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "-e", ${JSON.stringify(health)}]
CMD exec node /opt/raftkv/${entry} serve /etc/raftkv/config.txt --host "$RAFTKV_HOST" --data /data
`;
};

/** With the host's own network: a node's address is the one in the config. */
const compose = (config: ClusterConfig): string => `services:
  raftkv:
    build: .
    network_mode: host
    environment:
      RAFTKV_HOST: \${RAFTKV_HOST:-${config.servers[0] ?? 'localhost'}}
    volumes:
      - data:/data
    restart: unless-stopped
    stop_grace_period: 60s
volumes:
  data:
`;
