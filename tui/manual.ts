/**
 * The manual of the terminal program, written from the tables that run it.
 *
 * @module
 */
import { USAGE } from './arguments.js';
import { EVENT_FILTERS, MAX_EVENT_LINES } from './event-lines.js';
import { PROMPT_KEYS, shownKeys } from './keys.js';
import { MIN_COLUMNS, MIN_ROWS } from './layout.js';
import { LOCAL_HELP } from './local-commands.js';
import { MESSAGE_FILTERS } from './messages.js';
import { bindingsOf, KEY_SECTIONS } from './panels/overlays.js';
import { MAX_SAMPLES, STEP_MS } from './samples.js';
import { LINK_METRICS, PANELS, type PanelId } from './state.js';
import { THEME_NAMES } from './theme.js';
import { SCENES } from './tour/scenes.js';
import { PANEL_TITLES } from './view.js';

const KEPT_SECONDS = (MAX_SAMPLES * STEP_MS) / 1000;

const PANEL_NOTES: Readonly<Record<PanelId, string>> = {
  nodes:
    'One line a node: role (`★` leader, `●` follower, `◐` candidate, `◌` asking before it becomes one, `‖` paused, `✖` down, ' +
    '`!` out of service), term, vote (of a candidate: votes it got), end of its log, commit index, entries it lacks against the ' +
    'leader, what is left of its election timer, share of time its thread is busy, and as many further columns as fit. ' +
    'With more nodes than lines, two stand in a line.',
  links:
    `The connection matrix: row = sender, column = receiver. Shows ${LINK_METRICS.join(', ')} (\`m\`). In \`loss\` a dot is a perfect link, ` +
    'a digit tenths of messages lost, `✕` a cut link, `≡` a clogged one, `f` one with other faults; a cell flashes when a message ' +
    'is lost on it. Numbers of stopped nodes are coloured.',
  events:
    `What happened, newest last: reports of the cluster, and every command sent from here with its answer and latency. Filters: ${EVENT_FILTERS.join(', ')}. ` +
    `The newest ${MAX_EVENT_LINES} lines are kept.`,
  log:
    'The ends of all logs under each other, one cell an entry, its digit the last digit of its term. Entries not yet committed are ' +
    'inverted; entries that contradict the leader’s are marked as errors: they will be replaced. `←` and `→` select an entry; Enter says ' +
    'what it asks for, whether it is committed and why, who has it, and what contradicts it.',
  roles: `What each node was in the last ${KEPT_SECONDS} seconds, one cell a half second; the last line shows who led, and gaps without a leader.`,
  store:
    'The keys of the store with size and beginning of their values, read from the leader’s replica once a second while the panel ' +
    'is shown; `browse PREFIX` narrows them. `w`, or `watch KEY`, shows one key as every replica has it, by stale reads: `≠` marks ' +
    'what differs from the leader’s.',
  session:
    'The steps of a script (`--script FILE`, `run FILE`) with what became of each. It can be paused, stepped and cancelled.',
  messages:
    'The last messages between the two nodes of the selected link, both ways (`v` in the links, or `messages FROM TO`): kind, term, what ' +
    'it says, and what became of it. They are noted only while the panel is shown. Selecting one holds the list; Enter says what it is ' +
    `for, why it was lost, and what was answered. Filters: ${MESSAGE_FILTERS.join(', ')}.`,
  load: `Writes, reads, latency, messages and drops in the last ${KEPT_SECONDS} seconds.`,
};

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function table(rows: readonly (readonly [string, string])[]): string {
  return [
    '| key | does |',
    '|---|---|',
    ...rows.map(([keys, text]) => `| \`${cell(keys)}\` | ${cell(text)} |`),
  ].join('\n');
}

function keyChapter(): string {
  const sections = KEY_SECTIONS.map(({ title, scope, note }) => {
    const rows = bindingsOf(scope).map(binding => [shownKeys(binding), binding.summary] as const);
    const intro = note === '' ? '' : `${note[0]?.toUpperCase() ?? ''}${note.slice(1)}.\n\n`;
    return `### ${title}\n\n${intro}${table(rows)}`;
  });
  const prompt = table(PROMPT_KEYS.map(({ keys, summary }) => [keys, summary] as const));
  return [...sections, `### Command line\n\n${prompt}`].join('\n\n');
}

function panelChapter(): string {
  return PANELS.map(
    (panel, index) => `### ${index + 1} ${PANEL_TITLES[panel]}\n\n${PANEL_NOTES[panel]}`,
  ).join('\n\n');
}

function localChapter(): string {
  return [
    '| command | does |',
    '|---|---|',
    ...LOCAL_HELP.map(({ usage, summary }) => `| \`${cell(usage)}\` | ${cell(summary)} |`),
  ].join('\n');
}

function sceneChapter(): string {
  return [
    '| scene | shows | ends when |',
    '|---|---|---|',
    ...SCENES.map(({ name, title, end }) => `| \`${name}\` | ${title} | ${end} |`),
  ].join('\n');
}

/** The whole of `docs/tui.md`; `frame` is a screen of the real program. */
export function manual(frame: string): string {
  return `# The terminal program

<!-- Written from the program's own tables: UPDATE_GOLDENS=1 node dist/tests/tui/manual.test.js -->

\`\`\`
${frame.trimEnd()}
\`\`\`

## Starting

\`\`\`
${USAGE.trimEnd()}
\`\`\`

Without \`--data\` everything is kept in memory and ends with the program; the header says which it is. Without a terminal
(output piped, \`TERM=dumb\`) status lines are printed instead, without escape codes. Exit codes: 0 done, 1 a command or an
expectation failed or the cluster did not start, 2 bad usage, 128 + n ended by signal n.

## Keys

Every key that acts on the cluster sends a line of the command language, which is shown with its answer in the events: what
keys do can be typed, or written into a script. Actions of keys that would cost the quorum are asked first, with the effect
in numbers; typed commands are not.

${keyChapter()}

## Commands

\`:\` takes every line of the command language (\`help\` lists them) and completes it; what is wrong with a line is said while
it is typed. The line stays open after Enter, for the next command: Escape, or Enter on an empty line, leaves it. Text
pasted from anywhere goes to the command line; each whole line of it runs. \`q\` or \`quit\` ends the program. Lines are
remembered in \`$XDG_STATE_HOME/raftkv/history\` (\`~/.local/state\` by default).

Beside the commands of the cluster there are those of the terminal itself:

${localChapter()}

## Guided tour

\`tour\` plays these scenes on the running cluster, \`scene NAME\` one of them. A caption says what to watch; \`n\` goes on.
Every step is done with lines of the command language, which stand in the events, and is over when what it shows has come
true. Before and after each scene all nodes are revived and all links healed. Without a terminal the tour plays by itself:
\`raftkv-tui --exec ':tour'\`; the exit code is 0 when every scene reached its end.

${sceneChapter()}

## Live verdict

\`load 200\` lets eight clients read and write through the nodes' ports, 200 operations a second, from a thread of its own.
Every two seconds they go on to new keys, and what happened to the old ones is checked for linearizability. The header shows
how many operations were judged. A violation ends the load, freezes the view and shows the operations that prove it.

## Time travel

\`raftkv-tui --replay TRACE\` opens what \`raftkv sim --trace FILE\`, \`raftkv serve --trace FILE\` or \`raftkv-tui --trace FILE\` has written, and
moves back and forth in it with the same panels. A trace does not tell about links, load and timers.

## Recording

\`record FILE\` … \`record stop\` keeps the commands as a script; \`--cast FILE\` the screen as an asciicast (version 2), which
asciinema plays; \`S\` the present screen as text.

## Without seeing the screen

\`--plain\` prints what happens as lines and reads commands as lines; nothing is drawn and nothing printed is changed later.

## Panels

A terminal of at least ${MIN_COLUMNS}×${MIN_ROWS} is needed; 80×24 shows nodes, links, a line of load and events, larger ones more. A panel that has no
place is shown under the nodes when it is focused, or alone; \`z\` shows the focused panel alone at any size.

${panelChapter()}

## Colours and characters

Themes: ${THEME_NAMES.join(', ')}. True colour, 256 or 16 colours are used as \`COLORTERM\` and \`TERM\` say; \`NO_COLOR\` or \`--no-color\` means none.
Nothing is said by colour alone: each role has its glyph and word, each cell its digit, the focus a heavy frame, the
selection a mark. Hues are told apart with any common colour blindness. \`--ascii\`, or a locale without UTF-8, keeps to ASCII.

The program draws at most ten frames a second, plus what answers a key, and sends only the cells that changed. It reads the
cluster's status stream and is on no path of its data.
`;
}
