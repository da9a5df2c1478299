/**
 * Small building blocks of the report page.
 *
 * @module
 */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in elements and attributes. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, character => ENTITIES[character] ?? '');

/** A part of the page that the navigation leads to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

export const sectionHtml = ({ id, title, body }: Section): string =>
  `<section id="${id}" class="card" aria-labelledby="${id}-title"><h2 id="${id}-title">${escapeHtml(title)}</h2>${body}</section>`;

/** The name of a chart or table within a section. */
export const heading = (title: string): string => `<h3>${escapeHtml(title)}</h3>`;

type Cell = string | number;

const cellHtml = (value: Cell): string =>
  `<td${typeof value === 'number' ? ' class="number"' : ''}>${escapeHtml(String(value))}</td>`;

/** @param caption what it shows; also the name of the area that scrolls */
export const table = (
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  caption: string,
  classOfRow: (index: number) => string = () => '',
): string => {
  const isNumber = (column: number): boolean =>
    rows.length > 0 && rows.every(row => typeof row[column] === 'number');
  const head = columns
    .map(
      (name, column) =>
        `<th scope="col"${isNumber(column) ? ' class="number"' : ''}>${escapeHtml(name)}</th>`,
    )
    .join('');
  const body = rows
    .map((row, index) => {
      const name = classOfRow(index);
      return `<tr${name === '' ? '' : ` class="${name}"`}>${row.map(cellHtml).join('')}</tr>`;
    })
    .join('');
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table><caption>${escapeHtml(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
};

/** Data for the page's script; no text in it can end the element. */
export const embeddedJson = (id: string, value: unknown): string =>
  `<script type="application/json" id="${id}">${JSON.stringify(value).replace(/</g, '\\u003c')}</script>`;

/** A colour with its meaning. */
export const swatch = (classes: string, name: string): string =>
  `<span class="swatch"><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="${escapeHtml(classes)}" width="12" height="12" rx="3"/></svg>${escapeHtml(name)}</span>`;
