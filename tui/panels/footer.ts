/**
 * The two or three lines at the bottom: last result, command line, keys.
 *
 * @module
 */

import type { CommandLanguage } from '../command-language.js';
import { footerBindings, type KeyBinding } from '../keys.js';
import type { Line } from '../line-editor.js';
import { suggestionFor } from '../prompt-input.js';
import { inverse, type Row, rowWidth, type Span, span, spread } from '../rows.js';
import { printable } from '../text.js';
import type { View } from '../view.js';

/** How keys are named where there is little room. */
function footerKey(binding: KeyBinding): string {
  return (binding.shown ?? binding.keys[0] ?? '').replace(' / ', '');
}

/** The keys valid now, as many as fit. */
export function drawKeys(view: View, width: number): Row {
  const { mode } = view.state;
  const line: Span[] = [span(' ')];
  if (mode.kind === 'prompt' || mode.kind === 'reverse-search') {
    return [
      ...line,
      ...keyPairs(
        [
          ['enter', 'run'],
          ['tab', 'complete'],
          ['↑↓', 'history'],
          ['ctrl-r', 'search'],
          ['esc', 'leave'],
        ],
        view,
      ),
    ];
  }
  if (mode.kind === 'search') {
    return [
      ...line,
      ...keyPairs(
        [
          ['↑↓', 'older, newer'],
          ['enter', 'keep'],
          ['esc', 'drop'],
        ],
        view,
      ),
    ];
  }
  const bindings = footerBindings(view.state);
  const quit = bindings.filter(binding => binding.action === 'quit');
  const others = bindings.filter(binding => binding.action !== 'quit');
  const tail = keyPairs(quit.map(pairOf), view);
  let room = width - rowWidth(tail) - 1;
  for (const binding of others) {
    const pair = keyPairs([pairOf(binding)], view);
    if (rowWidth(pair) > room) break;
    room -= rowWidth(pair);
    line.push(...pair);
  }
  return [...line, ...tail];
}

function pairOf(binding: KeyBinding): readonly [string, string] {
  return [footerKey(binding), binding.footer ?? ''];
}

function keyPairs(pairs: readonly (readonly [string, string])[], view: View): Span[] {
  const name = (key: string): string =>
    view.theme.ascii ? key.replace('↑↓', 'up/down').replace('–', '-') : key;
  return pairs.flatMap(([key, word]) => [span(name(key), 'key'), span(` ${word}  `, 'dim')]);
}

/** The answer to the last command. */
export function drawResult(view: View): Row {
  const { toast, running } = view.state;
  const waiting: Span[] = running > 0 ? [span(` ${running} running`, 'warning')] : [];
  if (toast === null) return [span(' '), ...waiting];
  const { glyphs } = view;
  const text: Span[] =
    toast.line === '' ? [] : [span(`${toast.line} `, 'bold'), span(`${glyphs.arrow} `, 'dim')];
  const style = toast.kind === 'good' ? 'good' : toast.kind === 'bad' ? 'bad' : 'dim';
  const mark = toast.kind === 'bad' ? `${glyphs.failed} ` : toast.kind === 'good' ? `${glyphs.ok} ` : '';
  return [span(' '), ...text, span(mark + toast.text, style), ...waiting];
}

/** The line with its cursor; what lies left of a long line's cursor scrolls out. */
function editedLine(line: Line, suggestion: string, room: number): Span[] {
  const start = Math.max(0, line.cursor - room + 8);
  const before = printable(line.text.slice(start, line.cursor));
  const [under = '', ...rest] = line.text.slice(line.cursor);
  const more = under === '' ? suggestion : '';
  const [suggested = ' ', ...later] = more;
  return under === ''
    ? [span(before), inverse(suggested, 'dim'), span(later.join(''), 'dim')]
    : [span(before), inverse(printable(under)), span(printable(rest.join('')))];
}

/** The command line, a question, or the way there. */
export function drawPrompt(
  view: View,
  language: CommandLanguage,
  width: number,
  hasResultLine: boolean,
): Row {
  const { state } = view;
  const { mode } = state;
  switch (mode.kind) {
    case 'confirm':
      return [inverse(` ${mode.question} `, 'warning'), span(' y/N', 'key')];
    case 'search':
      return [span('/', 'key'), ...editedLine(mode.line, '', width)];
    case 'reverse-search':
      return [span(`search back "${printable(mode.query)}": `, 'accent'), span(printable(state.line.text))];
    case 'prompt': {
      const nodes = state.status?.nodes.length ?? state.facts.nodes;
      const hint = language.hint(state.line.text, nodes);
      const left: Row = [span(': ', 'key'), ...editedLine(state.line, suggestionFor(state), width)];
      const hasAnswer = state.line.text === '' && !hasResultLine && state.toast !== null;
      if (hasAnswer) return [...left, ...drawResult(view)];
      if (hint === null) return left;
      const usage = span(`${hint.usage}  `, hint.isError ? 'bad' : 'accent');
      const full = spread(left, [usage, span(hint.summary, 'dim')], width);
      return rowWidth(left) + rowWidth([usage]) + hint.summary.length < width
        ? full
        : spread(left, [usage], width);
    }
    case 'panels':
    case 'help':
    case 'text':
      if (!hasResultLine && (state.toast !== null || state.running > 0)) return drawResult(view);
      return [span(': ', 'dim'), span('type : for commands, ? for help', 'dim')];
  }
}
