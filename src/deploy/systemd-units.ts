/**
 * Units for those who let systemd start the servers: one a host, over the same directory that `raftkv deploy` fills.
 *
 * @module
 */
import type { ClusterConfig } from '../config/cluster-config.js';
import { systemdPath, systemdWord } from './quote.js';

export interface UnitOptions {
  readonly config: ClusterConfig;
  readonly host: string;
  /** On the host; absolute. */
  readonly directory: string;
  /** Path of the Node.js program on the host; absolute. */
  readonly node: string;
  /** Of the command line program, relative to a release. */
  readonly entry: string;
  /** Null: root. */
  readonly user: string | null;
}

/** Colons of an address are fine in a file name, and in a unit's. */
export const unitNameOf = (host: string): string => `raftkv-${host}.service`;

export function systemdUnit({ config, host, directory, node, entry, user }: UnitOptions): string {
  const command = [
    node,
    `${directory}/current/${entry}`,
    'serve',
    `${directory}/config/config.txt`,
    '--host',
    host,
    '--data',
    `${directory}/data`,
  ];
  const last = config.portStart + config.nodesPerServer - 1;
  const lines = [
    '[Unit]',
    `Description=raftkv on ${systemdPath(host)}, ports ${config.portStart} to ${last}`,
    'After=network-online.target',
    'Wants=network-online.target',
    '',
    '[Service]',
    'Type=exec',
    ...(user === null ? [] : [`User=${user}`]),
    `WorkingDirectory=${systemdPath(directory)}`,
    `ExecStart=${command.map(systemdWord).join(' ')}`,
    '# A stop is an orderly end; a node that was killed instead recovers from its disk.',
    'KillSignal=SIGTERM',
    'TimeoutStopSec=60',
    'Restart=on-failure',
    'RestartSec=2',
    'LimitNOFILE=65536',
    'UMask=0077',
    'NoNewPrivileges=yes',
    'PrivateTmp=yes',
    'ProtectSystem=strict',
    `ReadWritePaths=${systemdWord(directory)}`,
    'ProtectKernelTunables=yes',
    'ProtectControlGroups=yes',
    'RestrictSUIDSGID=yes',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ];
  return `${lines.join('\n')}\n`;
}
