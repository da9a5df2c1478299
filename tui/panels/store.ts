/**
 * The store: its keys and the beginnings of their values, and one key as each replica has it.
 *
 * @module
 */
import { compact } from '../format.js';
import { type Row, type Span, span } from '../rows.js';
import type { ReplicaValue, StoreView } from '../store-browser.js';
import { fit, printable } from '../text.js';
import { PANEL_TITLES, type PanelDrawer, type View } from '../view.js';

const MIN_KEY_WIDTH = 12;
const BYTES_WIDTH = 7;

/** Each node's value of the watched key; what differs from the leader's is marked. */
function replicaRows(view: View, { key, replicas }: NonNullable<StoreView['watch']>, width: number): Row[] {
  const { status } = view.state;
  const leader = replicas.find(({ node }) => node === status?.leader);
  const isStale = (one: ReplicaValue): boolean =>
    leader !== undefined && leader.problem === '' && one.problem === '' && one.value !== leader.value;
  const rows = replicas.map((one): Row => {
    const applied = status?.nodes[one.node]?.raft?.applied ?? 0;
    const text = one.problem !== '' ? one.problem : one.value === null ? '(none)' : printable(one.value);
    const style = one.problem !== '' ? 'dim' : isStale(one) ? 'warning' : 'plain';
    const mark = one === leader ? view.glyphs.leader : isStale(one) ? view.glyphs.differs : ' ';
    const room = Math.max(4, width - 22);
    return [
      span(fit(`n${one.node}`, 4), one.node === view.state.node ? 'focus' : 'plain'),
      span(`${mark} `, one === leader ? 'leader' : 'warning'),
      span(fit(text, room), style),
      span(` applied ${compact(applied)}`, 'dim'),
    ];
  });
  return [[span('watching ', 'dim'), span(printable(key), 'bold')], ...rows];
}

export const drawStore: PanelDrawer = (view, width, height) => {
  const { store } = view.state;
  const title: Span[] = [span(PANEL_TITLES.store, 'bold')];
  if (store === null) return { title, rows: [[span('reading …', 'dim')]] };
  if (store.prefix !== '') title.push(span(` ${printable(store.prefix)}…`, 'dim'));
  const note: Row =
    store.node === null ? [] : [span(`${compact(store.total)} keys, as n${store.node} has them`, 'dim')];
  const watched = store.watch === null ? [] : [...replicaRows(view, store.watch, width), []];
  const room = Math.max(0, height - watched.length - 1);
  const start = Math.min(view.state.storeScroll, Math.max(0, store.keys.length - room));
  const shown = store.keys.slice(start, start + room);
  const longest = Math.max(MIN_KEY_WIDTH, ...shown.map(({ key }) => printable(key).length));
  const keyWidth = Math.min(longest, Math.floor(width * 0.4));
  const rows = shown.map(({ key, value, bytes }, at): Row => {
    const isSelected = start + at === view.state.storeScroll;
    return [
      span(isSelected ? view.glyphs.selected : ' ', 'focus'),
      span(fit(printable(key), keyWidth), isSelected ? 'focus' : 'plain'),
      span(`  ${fit(bytes === null ? '-' : `${compact(bytes)} B`, BYTES_WIDTH)} `, 'dim'),
      span(printable(value)),
    ];
  });
  const head: Row = [
    span(` ${fit('key', keyWidth)}  ${fit('size', BYTES_WIDTH)} value`, 'dim'),
    ...(store.problem === '' ? [] : [span(`   ${store.problem}`, 'bad')]),
  ];
  const none: Row[] = store.keys.length === 0 ? [[span(' no such key', 'dim')]] : [];
  return { title, note, rows: [...watched, head, ...rows, ...none] };
};
