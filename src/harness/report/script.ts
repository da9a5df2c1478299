/**
 * The page's script: choosing operations, stepping through matrices, filtering events, the theme. The page reads without it.
 *
 * @module
 */

export const SCRIPT = `
const byId = id => document.getElementById(id);
byId('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
});
const chosen = new Set();
for (const box of document.querySelectorAll('[data-choose]')) {
  const apply = () => {
    chosen[box.checked ? 'delete' : 'add'](box.dataset.choose);
    for (const point of document.querySelectorAll('#points circle'))
      point.toggleAttribute('hidden', chosen.has(point.dataset.op) || chosen.has(point.classList[0]));
    for (const point of document.querySelectorAll('#points circle')) point.style.display = point.hasAttribute('hidden') ? 'none' : '';
  };
  box.addEventListener('change', apply);
}
const matrices = JSON.parse(byId('matrix-data').textContent);
const slider = byId('matrix-at');
if (slider) {
  const show = () => {
    const { atMs, rows } = matrices[Number(slider.value)];
    byId('matrix-time').textContent = (atMs / 1000).toFixed(1) + ' s';
    const table = byId('matrix');
    table.replaceChildren(...rows.map((row, from) => {
      const line = document.createElement('tr');
      const head = document.createElement('th');
      head.scope = 'row';
      head.textContent = 'from ' + from;
      line.append(head, ...row.map((drop, to) => {
        const cell = document.createElement('td');
        cell.textContent = from === to ? '·' : String(drop);
        if (drop > 0) cell.style.background = 'rgb(229 83 75 / ' + (0.15 + 0.6 * drop) + ')';
        return cell;
      }));
      return line;
    }));
  };
  slider.addEventListener('input', show);
  show();
}
const filter = byId('event-filter');
if (filter) filter.addEventListener('input', () => {
  const wanted = filter.value.toLowerCase();
  for (const row of document.querySelectorAll('#events tbody tr')) row.hidden = !row.textContent.toLowerCase().includes(wanted);
});
`;
