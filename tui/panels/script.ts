/**
 * The chaos script on its way: its steps, what became of each, and which is next.
 *
 * @module
 */
import { duration, latency } from '../format.js';
import { type Row, type Span, span } from '../rows.js';
import type { ScriptStepView, ScriptView } from '../script-session.js';
import { fit } from '../text.js';
import { PANEL_TITLES, type PanelDrawer, type View, windowStart } from '../view.js';

function mark(step: ScriptStepView, view: View): Span {
  const { ok, failed, selected } = view.glyphs;
  switch (step.state) {
    case 'waiting':
      return span('  ');
    case 'running':
      return span(fit(selected, 2), 'accent');
    case 'done':
      return span(fit(ok, 2), 'good');
    case 'failed':
      return span(fit(failed, 2), 'bad');
  }
}

function stateText({ state, isPaused, elapsedMs }: ScriptView): Span {
  if (isPaused) return span('paused: n steps, p goes on', 'accent');
  const time = elapsedMs < 1000 ? '' : ` ${duration(elapsedMs)}`;
  const style = state === 'failed' ? 'bad' : state === 'done' ? 'good' : 'dim';
  return span(`${state}${time}`, style);
}

function stepRow(step: ScriptStepView, view: View): Row {
  const ran = step.runs > 1 ? ` ×${step.runs}` : '';
  const time = step.runs === 0 ? '' : `  ${latency(step.elapsedMs)}${ran}`;
  const answer = step.answer === '' ? '' : `  ${step.answer}`;
  return [
    span(fit(String(step.line), 4), 'dim'),
    mark(step, view),
    span(' '.repeat(step.depth * 2) + step.command, step.state === 'running' ? 'bold' : 'plain'),
    span(time, 'dim'),
    span(answer, step.state === 'failed' ? 'bad' : 'dim'),
  ];
}

/** Position of the step under way, or of the last that ran. */
function currentStep({ steps }: ScriptView): number {
  const running = steps.findIndex(step => step.state === 'running');
  if (running >= 0) return running;
  return steps.reduce((last, step, at) => (step.runs > 0 ? at : last), 0);
}

export const drawScript: PanelDrawer = (view, _width, height) => {
  const { script } = view.state;
  if (script === null) {
    const hint: Row = [span('no script; ', 'dim'), span('run FILE', 'key'), span(' starts one', 'dim')];
    return { title: [span(PANEL_TITLES.session, 'bold')], rows: [hint] };
  }
  const done = script.steps.filter(step => step.runs > 0).length;
  const start = windowStart(currentStep(script), script.steps.length, height);
  return {
    title: [
      span(PANEL_TITLES.session, 'bold'),
      span(` ${script.name}  ${done}/${script.steps.length} steps`, 'dim'),
    ],
    note: [stateText(script)],
    rows: script.steps.slice(start, start + height).map(step => stepRow(step, view)),
  };
};
