/**
 * `raftkv repair DIR NODE`: explains why a node does not start and, when asked, lets it be rebuilt from its peers.
 *
 * @module
 */
import { Command } from 'commander';
import type { NodeDiagnosis } from '../runtime/diagnose-node.js';
import { DirectoryLock } from '../runtime/directory-lock.js';
import { planRepair, type RepairPlan, rebuildNode } from '../runtime/repair-node.js';
import { wholeNumber } from './arguments.js';
import { EXIT_FAILED, OperationFailed } from './cli-error.js';
import { print, printJson } from './terminal.js';

interface RepairFlags {
  readonly yes?: true;
  readonly json?: true;
}

const HIGHEST_NODE = 254;

export const repairCommand = (): Command =>
  new Command('repair')
    .description('Explain what is wrong with a node of a stopped cluster; rebuild it from its peers.')
    .argument('<directory>', "the cluster's data directory")
    .argument('<node>', 'number of the node', wholeNumber(0, HIGHEST_NODE))
    .option('--yes', 'rebuild it: set its files aside; it joins again at the next start')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nA node is rebuilt only if the other members are whole and a majority. While the cluster runs,' +
        '\n`raftkv chaos CONFIG remove NODE` and `… add NODE` do the same.' +
        '\nExit code 1: the node does not start as it is (without --yes), or it was not rebuilt.',
    )
    .action(run);

const run = (directory: string, node: number, flags: RepairFlags): void => {
  // Only a stopped cluster's files hold still.
  const lock = DirectoryLock.acquireExisting(directory);
  try {
    const plan = planRepair(directory, node);
    if (flags.yes !== true) explain(plan, flags);
    else if (plan.objection?.code === 'nothing-to-repair') explain(plan, flags);
    else rebuild(directory, node, plan, flags);
  } finally {
    lock.release();
  }
};

const explain = (plan: RepairPlan, flags: RepairFlags): void => {
  if (flags.json) printJson({ ...plan, objection: objectionOf(plan), rebuilt: false });
  else print([...explanation(plan), '', nextStep(plan)].join('\n'));
  if (plan.objection?.code !== 'nothing-to-repair') process.exitCode = EXIT_FAILED;
};

const rebuild = (directory: string, node: number, plan: RepairPlan, flags: RepairFlags): void => {
  if (plan.objection !== null) {
    if (flags.json) printJson({ ...plan, objection: objectionOf(plan), rebuilt: false });
    else print(explanation(plan).join('\n'));
    throw new OperationFailed(plan.objection.message);
  }
  const aside = rebuildNode(directory, node);
  if (flags.json) {
    printJson({ ...plan, rebuilt: true, aside });
    return;
  }
  const kept = aside === null ? '' : `Its old files are kept in ${aside}; remove them when all is well.`;
  print(
    [
      ...explanation(plan),
      '',
      `Node ${node} will join again as a new member at the next start and receive everything from its peers.`,
      ...(kept === '' ? [] : [kept]),
    ].join('\n'),
  );
};

const objectionOf = ({ objection }: RepairPlan) =>
  objection === null ? null : { code: objection.code, message: objection.message };

const explanation = ({ diagnosis, peers, voters, quorum }: RepairPlan): string[] => [
  diagnosisLine(diagnosis),
  ...diagnosis.repairs.map(text => `  put right at the next start: ${text}`),
  ...(diagnosis.explanation === null
    ? []
    : [`  ${diagnosis.explanation.meaning}`, `  ${diagnosis.explanation.advice}`]),
  `The others (${quorum} of the voters ${voters.join(', ')} must be whole to rebuild it):`,
  ...peers.map(peer => `  ${diagnosisLine(peer)}${peer.isVoter ? '' : ' (has no vote)'}`),
];

const diagnosisLine = ({ node, condition, code, message }: NodeDiagnosis): string =>
  `node ${node}: ${condition}${code === null ? '' : ` (${code})`}: ${message}`;

const nextStep = ({ diagnosis, objection }: RepairPlan): string => {
  if (objection === null) return `Run it again with --yes to rebuild node ${diagnosis.node} from its peers.`;
  return objection.code === 'nothing-to-repair'
    ? 'Nothing needs repair.'
    : `Not to be rebuilt: ${objection.message}`;
};
