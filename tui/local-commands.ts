/**
 * Lines this program understands itself; all others go to the cluster.
 *
 * @module
 */
import type { CommandLanguage } from './command-language.js';
import type { LinkAt } from './state.js';
import { SCENE_NAMES } from './tour/scenes.js';

export type LocalCommand =
  | { readonly kind: 'quit' }
  | { readonly kind: 'keys' }
  /** Null: the whole tour. */
  | { readonly kind: 'tour'; readonly scene: string | null }
  | { readonly kind: 'tour-stop' }
  /** Operations a second; null: off. */
  | { readonly kind: 'load'; readonly rate: number | null }
  | { readonly kind: 'run'; readonly path: string }
  /** In a recording: to this time. */
  | { readonly kind: 'goto'; readonly atMs: number }
  /** Null: no key any more. */
  | { readonly kind: 'watch'; readonly key: string | null }
  | { readonly kind: 'browse'; readonly prefix: string }
  | { readonly kind: 'messages'; readonly link: LinkAt };

export type LocalParse =
  | { readonly kind: 'local'; readonly command: LocalCommand }
  | { readonly kind: 'invalid'; readonly text: string };

interface LocalSpec {
  readonly name: string;
  readonly form: string;
  readonly summary: string;
  /** What can stand after the name. */
  readonly words: readonly string[];
  /** Null: this does not fit the form. */
  readonly parse: (rest: string) => LocalCommand | null;
}

const MAX_LOAD = 5_000;
const DEFAULT_LOAD = 200;

function bare(command: LocalCommand): (rest: string) => LocalCommand | null {
  return rest => (rest === '' ? command : null);
}

function parseLoad(rest: string): LocalCommand | null {
  if (rest === 'off' || rest === '0') return { kind: 'load', rate: null };
  const rate = rest === '' ? DEFAULT_LOAD : Number(rest);
  return Number.isInteger(rate) && rate >= 1 && rate <= MAX_LOAD ? { kind: 'load', rate } : null;
}

function parseTour(rest: string): LocalCommand | null {
  if (rest === 'off') return { kind: 'tour-stop' };
  return rest === '' ? { kind: 'tour', scene: null } : null;
}

function parseMessages(rest: string): LocalCommand | null {
  const [, from, to] = /^(\d{1,3})\s+(\d{1,3})$/.exec(rest) ?? [];
  if (from === undefined || to === undefined || Number(from) === Number(to)) return null;
  return { kind: 'messages', link: { from: Number(from), to: Number(to) } };
}

const LOCAL_COMMANDS: readonly LocalSpec[] = [
  {
    name: 'tour',
    form: '[off]',
    summary: 'A guided tour: six scenes, played on this cluster.',
    words: ['off'],
    parse: parseTour,
  },
  {
    name: 'scene',
    form: 'NAME',
    summary: 'Plays one scene of the tour.',
    words: SCENE_NAMES,
    parse: rest => (SCENE_NAMES.includes(rest) ? { kind: 'tour', scene: rest } : null),
  },
  {
    name: 'load',
    form: '[RATE|off]',
    summary: 'Operations a second in the background, checked for linearizability.',
    words: ['200', 'off'],
    parse: parseLoad,
  },
  {
    name: 'run',
    form: 'FILE',
    summary: 'Runs a script; the session panel shows its steps.',
    words: [],
    parse: rest => (rest === '' ? null : { kind: 'run', path: rest }),
  },
  {
    name: 'watch',
    form: '[KEY]',
    summary: 'Shows a key on all replicas side by side.',
    words: [],
    parse: rest => ({ kind: 'watch', key: rest === '' ? null : rest }),
  },
  {
    name: 'browse',
    form: '[PREFIX]',
    summary: 'Shows only keys that begin with PREFIX in the key browser.',
    words: [],
    parse: rest => ({ kind: 'browse', prefix: rest }),
  },
  {
    name: 'messages',
    form: 'FROM TO',
    summary: 'Shows the last messages between two nodes, and what became of them.',
    words: [],
    parse: parseMessages,
  },
  {
    name: 'goto',
    form: 'SECONDS',
    summary: 'In a recording: to this time.',
    words: [],
    parse: rest =>
      /^\d+(\.\d+)?s?$/.test(rest) ? { kind: 'goto', atMs: Number.parseFloat(rest) * 1000 } : null,
  },
  { name: 'keys', form: '', summary: 'The keys of the keyboard.', words: [], parse: bare({ kind: 'keys' }) },
  { name: 'quit', form: '', summary: 'Ends the program.', words: [], parse: bare({ kind: 'quit' }) },
];

export const LOCAL_HELP: readonly { readonly usage: string; readonly summary: string }[] = LOCAL_COMMANDS.map(
  ({ name, form, summary }) => ({ usage: `${name} ${form}`.trimEnd(), summary }),
);

const QUIT_WORDS: readonly string[] = ['q', 'q!', 'exit'];

function specOf(line: string): { readonly spec: LocalSpec; readonly rest: string } | null {
  const [, name = '', rest = ''] = /^\s*(\S+)\s*(.*?)\s*$/s.exec(line) ?? [];
  const spec = LOCAL_COMMANDS.find(one => one.name === name);
  return spec === undefined ? null : { spec, rest };
}

/** Null: not ours. */
export function parseLocal(line: string): LocalParse | null {
  if (QUIT_WORDS.includes(line.trim())) return { kind: 'local', command: { kind: 'quit' } };
  const found = specOf(line);
  if (found === null) return null;
  const { spec, rest } = found;
  const command = spec.parse(rest);
  if (command !== null) return { kind: 'local', command };
  const of = spec.name === 'scene' ? `: ${SCENE_NAMES.join(', ')}` : '';
  return { kind: 'invalid', text: `Invalid operation: expected ${`${spec.name} ${spec.form}`.trim()}${of}` };
}

/** The language of the cluster, with these lines beside it. */
export function withLocalCommands(language: CommandLanguage): CommandLanguage {
  return {
    commands: [
      ...language.commands,
      ...LOCAL_HELP.map(({ usage, summary }) => ({ group: 'terminal', usage, summary })),
    ],
    complete: (line, cursor, nodes) => {
      const before = line.slice(0, cursor);
      const found = /\s/.test(before.trimStart()) ? specOf(before) : null;
      const start = before.search(/\S*$/);
      const typed = before.slice(start);
      if (found !== null) {
        const { words } = found.spec;
        return { start, words: words.filter(word => word.startsWith(typed)) };
      }
      const theirs = language.complete(line, cursor, nodes);
      if (before.trim() !== typed) return theirs;
      const names = LOCAL_COMMANDS.map(({ name }) => name).filter(name => name.startsWith(typed));
      return { start: theirs.words.length > 0 ? theirs.start : start, words: [...theirs.words, ...names] };
    },
    hint: (line, nodes) => {
      const found = specOf(line);
      if (found === null) return language.hint(line, nodes);
      const { name, form, summary, words } = found.spec;
      const isPartial = found.rest === '' || words.some(word => word.startsWith(found.rest));
      const isError = !isPartial && found.spec.parse(found.rest) === null;
      return { usage: `${name} ${form}`.trimEnd(), summary, isError };
    },
  };
}
