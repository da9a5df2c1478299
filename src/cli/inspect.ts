/**
 * `raftkv inspect DIR`: what is in the logs, hard states and snapshots of a data directory.
 *
 * @module
 */
import { Command } from 'commander';
import { type InspectedData, type InspectedNode, inspectData, problemsOf } from '../runtime/inspect-data.js';
import type { EntryRun, SegmentReport, SnapshotReport } from '../storage/inspect.js';
import { EXIT_FAILED } from './cli-error.js';
import { print, printJson } from './terminal.js';

interface InspectFlags {
  readonly json?: true;
}

export const inspectCommand = (): Command =>
  new Command('inspect')
    .description('Show what is in a data directory: logs, hard states, snapshots. Changes nothing.')
    .argument('<directory>', "a cluster's data directory, or one node's in it")
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExit code 1: something is wrong with the files.')
    .action(run);

const run = (directory: string, flags: InspectFlags): void => {
  const data = inspectData(directory);
  const problems = problemsOf(data);
  if (flags.json) printJson({ ...data, problems });
  else print(textOf(data, problems));
  if (problems.length > 0) process.exitCode = EXIT_FAILED;
};

const textOf = ({ path, cluster, nodes }: InspectedData, problems: readonly string[]): string => {
  const head =
    cluster === null ? path : `${path}: cluster ${cluster.clusterId}, begun with ${cluster.founders} nodes`;
  const end =
    problems.length === 0
      ? ['no problems']
      : [
          `${problems.length} problem${problems.length === 1 ? '' : 's'}:`,
          ...problems.map(text => `  ${text}`),
        ];
  return [head, ...nodes.flatMap(nodeLines), ...end].join('\n');
};

const nodeLines = ({ name, record, report }: InspectedNode): string[] => {
  const incarnation = report?.meta?.incarnation ?? record?.incarnation;
  if (report === null || (report.meta === null && report.segments.length === 0)) return [`${name}: no data`];
  const { meta, hardState, segments, snapshots, otherFiles } = report;
  const state =
    hardState === null
      ? 'none'
      : `term ${hardState.term}, vote ${voteText(hardState.vote)}, commit ${hardState.commit}`;
  return [
    `${name}: incarnation ${incarnation ?? 'unknown'}, ${meta === null ? 'no meta' : `${meta.starts} starts`}`,
    `  hard state: ${state}`,
    `  log: ${logText(segments)}`,
    ...segments.map(segment => `    ${segmentText(segment)}`),
    `  snapshots: ${snapshots.length === 0 ? 'none' : ''}`.trimEnd(),
    ...snapshots.map(snapshot => `    ${snapshotText(snapshot)}`),
    ...(otherFiles.length === 0 ? [] : [`  other files: ${otherFiles.join(', ')}`]),
  ];
};

/** The low byte of a raft id is the node's number + 1. */
const voteText = (vote: number): string => (vote === 0 ? 'none' : `for node ${(vote & 0xff) - 1}`);

const logText = (segments: readonly SegmentReport[]): string => {
  const runs = segments.flatMap(({ entries }) => entries);
  if (runs.length === 0) return 'no entries';
  const first = Math.min(...runs.map(run => run.first));
  const last = runs.at(-1)?.last ?? first;
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return `entries ${first}–${last} in ${segments.length} segment${segments.length === 1 ? '' : 's'}, ${bytes} bytes`;
};

const MOST_RUNS = 6;

const segmentText = ({ file, bytes, records, entries, outcome, end, reason }: SegmentReport): string => {
  const shown = entries.slice(0, MOST_RUNS).map(runText).join(', ');
  const more = entries.length > MOST_RUNS ? `, … ${entries.length - MOST_RUNS} more` : '';
  const verdict = outcome === 'clean' ? '' : `  ${outcome} at offset ${end}: ${reason}`;
  return `${file}  ${bytes} bytes, ${records} records: ${shown === '' ? 'no entries' : shown + more}${verdict}`;
};

const runText = ({ term, first, last }: EntryRun): string =>
  `${first === last ? first : `${first}–${last}`} (term ${term})`;

const snapshotText = ({ file, bytes, snapshot, problem }: SnapshotReport): string => {
  if (snapshot === null) return `${file}  ${bytes} bytes  ${problem}`;
  const members = snapshot.confState.voters.map(voter => (voter & 0xff) - 1).join(', ');
  return `${file}  ${bytes} bytes: index ${snapshot.index}, term ${snapshot.term}, voters ${members}`;
};
