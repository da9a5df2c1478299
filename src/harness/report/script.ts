/**
 * The page's script: the moment shown by cursor, matrix and nodes; choosing operations; filtering events; the theme. The page reads
 * without it.
 *
 * @module
 */

export const SCRIPT = `
const byId = id => document.getElementById(id);
const all = selector => [...document.querySelectorAll(selector)];
const theme = byId('theme');
theme.addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
});
const hidden = new Set();
for (const box of all('[data-choose]')) box.addEventListener('change', () => {
  hidden[box.checked ? 'delete' : 'add'](box.dataset.choose);
  for (const dots of all('#points path')) {
    const [, outcome] = dots.classList;
    dots.style.display = hidden.has(dots.dataset.op) || hidden.has(outcome) ? 'none' : '';
  }
});
const data = JSON.parse(byId('timeline-data').textContent);
const slider = byId('moment-at');
const last = (list, atMs) => list.findLast(item => item.atMs <= atMs) ?? list[0];
const clock = ms => (ms / 1000).toFixed(2) + ' s';
const element = (name, text, properties = {}) => Object.assign(document.createElement(name), { textContent: text }, properties);
const showMatrix = rows => {
  const heads = ['', ...rows.map((_, to) => 'to ' + to)].map(text => element(text ? 'th' : 'td', text, text ? { scope: 'col' } : {}));
  const head = element('tr', '');
  head.append(...heads);
  byId('matrix').replaceChildren(byId('matrix').caption, head, ...rows.map((row, from) => {
    const line = element('tr', '');
    line.append(element('th', 'from ' + from, { scope: 'row' }), ...row.map((drop, to) => {
      const cell = element('td', from === to ? '\\u00b7' : String(drop));
      if (drop > 0) cell.style.background = 'color-mix(in srgb, var(--kill) ' + (25 + 65 * drop) + '%, transparent)';
      return cell;
    }));
    return line;
  }));
};
const showNodes = nodes => byId('nodes').replaceChildren(...nodes.map(({ role, term }, node) => {
  const item = element('li', '', { className: role });
  item.append(element('i', ''), 'node ' + node + ': ' + role + (role === 'leader' ? ', term ' + term : ''));
  return item;
}));
const show = () => {
  const atMs = Number(slider.value);
  const share = (atMs - data.fromMs) / Math.max(1, data.toMs - data.fromMs);
  const x = data.left + share * (data.width - data.left - data.right);
  for (const line of all('.cursor')) for (const end of ['x1', 'x2']) line.setAttribute(end, x);
  byId('moment-time').textContent = clock(atMs);
  const nodes = data.roles.filter(list => list.length > 0).map(list => last(list, atMs));
  const leader = nodes.reduce((best, node, index) => node.role === 'leader' && node.term > (nodes[best]?.term ?? -1) ? index : best, -1);
  const faults = data.faults.filter(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs).map(({ line }) => line);
  const words = [leader === -1 ? 'no leader' : 'leader ' + leader + ', term ' + nodes[leader].term, ...(faults.length ? faults : ['no fault'])];
  const text = nodes.length ? words.join(' \\u00b7 ') : words.slice(1).join(' \\u00b7 ');
  byId('moment-text').textContent = text;
  slider.setAttribute('aria-valuetext', clock(atMs) + ', ' + text);
  if (!byId('matrix')) return;
  const change = last(data.matrices, atMs);
  showMatrix(change.rows);
  showNodes(nodes);
  for (const thumb of all('.thumb')) thumb.setAttribute('aria-current', Number(thumb.dataset.at) === Math.round(change.atMs));
};
if (slider) {
  const moveTo = atMs => { slider.value = atMs; show(); };
  slider.addEventListener('input', show);
  for (const thumb of all('.thumb')) thumb.addEventListener('click', () => moveTo(Math.max(data.fromMs, Number(thumb.dataset.at))));
  for (const chart of all('svg.chart')) chart.addEventListener('click', event => {
    const box = chart.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * data.width;
    const share = (x - data.left) / (data.width - data.left - data.right);
    moveTo(data.fromMs + Math.min(1, Math.max(0, share)) * (data.toMs - data.fromMs));
  });
  show();
}
const filter = byId('event-filter');
if (filter) filter.addEventListener('input', () => {
  const wanted = filter.value.toLowerCase();
  for (const row of all('#events tbody tr')) row.hidden = !row.textContent.toLowerCase().includes(wanted);
});
addEventListener('beforeprint', () => { for (const details of all('details')) details.open = true; });
`;
