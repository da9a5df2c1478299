/**
 * Changes the matrix and the faults of single links.
 *
 * @module
 */
import { ControlError } from '../runtime/control.js';
import type { LinkAction } from './action.js';
import type { Answer } from './answer.js';
import type { ExecutionContext } from './execution-context.js';
import { resolveEnd } from './resolve-nodes.js';

/** @throws ControlError */
export const executeLink = async (action: LinkAction, context: ExecutionContext): Promise<Answer> => {
  const { control } = context;
  switch (action.kind) {
    case 'show-matrix': {
      const rows = control.matrix();
      return { text: rows.map(row => row.join(' ')).join('\n'), data: rows };
    }
    case 'upload':
      throw new ControlError(
        'unsupported',
        'upload reads a file where it is typed; here, give the rows: matrix 0 1; 1 0',
      );
    case 'matrix':
      await control.setMatrix(action.rows);
      return { text: 'the matrix is replaced' };
    case 'reset':
      await control.setLink(null, null, { drop: 0 });
      return { text: 'the matrix is all 0' };
    case 'edit':
    case 'delay':
    case 'duplicate':
    case 'reorder':
    case 'clog':
    case 'filter':
      return onLink(action, context);
  }
};

type OnLinkAction = Exclude<LinkAction, { kind: 'show-matrix' | 'upload' | 'matrix' | 'reset' }>;

const onLink = async (action: OnLinkAction, context: ExecutionContext): Promise<Answer> => {
  const { control } = context;
  const from = resolveEnd(action.from, context);
  const to = resolveEnd(action.to, context);
  if (from !== null && from === to) {
    throw new ControlError('bad-value', `node ${from} has no link to itself`);
  }
  const link = `${from ?? '*'} → ${to ?? '*'}`;
  switch (action.kind) {
    case 'edit':
      await control.setLink(from, to, { drop: action.drop });
      return { text: `${link}: drops ${action.drop}` };
    case 'delay':
      await control.setLink(from, to, { delayMs: action.delayMs, jitterMs: action.jitterMs });
      return { text: `${link}: delay ${action.delayMs} ms, jitter ${action.jitterMs} ms` };
    case 'duplicate':
      await control.setLink(from, to, { duplicate: action.probability });
      return { text: `${link}: duplicates ${action.probability}` };
    case 'reorder':
      await control.setLink(from, to, { reorder: action.probability });
      return { text: `${link}: reorders ${action.probability}` };
    case 'clog':
      await control.setLink(from, to, { clogged: action.on });
      return { text: `${link}: ${action.on ? 'clogged' : 'not clogged'}` };
    case 'filter':
      await control.filter(from, to, action.message, action.on);
      return { text: `${link}: ${action.message} ${action.on ? 'never passes' : 'passes'}` };
  }
};
