/**
 * Rules that make commands happen once, broken.
 *
 * @module
 */
import { Duplicates } from '../../kv/duplicates.js';
import { Sessions } from '../../kv/sessions.js';
import type { Mutant } from './mutant.js';

export const SESSION_MUTANTS: readonly Mutant[] = [
  {
    name: 'session-command-twice',
    breaks: 'A retry of a session command is executed again.',
    source: 'Raft dissertation 6.3',
    install: patches => patches.method(Sessions, 'resultOf', () => () => undefined),
  },
  {
    name: 'sessions-not-in-snapshot',
    breaks: 'A snapshot restores the data without the table of sessions.',
    source: 'Raft dissertation 6.3: the session state is part of the snapshot',
    install: patches =>
      patches.method(
        Sessions,
        'load',
        original =>
          function (_, nextId, useCount) {
            original.call(this, [], nextId, useCount);
          },
      ),
  },
  {
    name: 'duplicates-executed',
    breaks: 'A batch that arrives twice in the log is executed twice.',
    source: 'RedisRaft issue 52 (duplicates)',
    install: patches => patches.method(Duplicates, 'admit', () => () => 'new'),
  },
  {
    name: 'duplicates-forgotten-by-snapshot',
    breaks: 'A snapshot restores the data without the window of batches that were executed.',
    source: 'Raft dissertation 6.3',
    install: patches => patches.method(Duplicates, 'load', () => () => undefined),
  },
];
