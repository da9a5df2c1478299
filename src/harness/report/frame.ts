/**
 * The page around a report: one HTML file that needs nothing but itself.
 *
 * @module
 */
import { escapeHtml, type Section, sectionHtml } from './html.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';

export interface Tile {
  readonly name: string;
  readonly value: string | number;
  /** Left out: neither good nor bad. */
  readonly mood?: 'good' | 'bad';
}

export interface Frame {
  readonly title: string;
  readonly ok: boolean;
  /** The result in one sentence. */
  readonly lead: string;
  /** What was tested, with what. */
  readonly facts: string;
  readonly tiles: readonly Tile[];
  readonly sections: readonly Section[];
  /** For the page's script: `embeddedJson('timeline-data', …)`. */
  readonly data: string;
}

const MARKS = { pass: 'M4 12l5 5L20 6', fail: 'M6 6l12 12M18 6L6 18' } as const;

const verdictHtml = (ok: boolean): string => {
  const kind = ok ? 'pass' : 'fail';
  return `<span class="verdict ${kind}"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="${MARKS[kind]}"/></svg>${kind.toUpperCase()}</span>`;
};

const tileHtml = ({ name, value, mood }: Tile): string =>
  `<li class="tile${mood === undefined ? '' : ` ${mood}`}"><b>${escapeHtml(String(value))}</b>${escapeHtml(name)}</li>`;

export function framed({ title, ok, lead, facts, tiles, sections, data }: Frame): string {
  const links = sections.map(section => `<a href="#${section.id}">${escapeHtml(section.title)}</a>`);
  const bar = `<div class="bar"><div><b>raftkv</b><nav aria-label="Parts of the report">${links.join('')}</nav><button id="theme" class="screen" type="button">Light / dark</button></div></div>`;
  const hero = `<header class="hero"><div><h1>${escapeHtml(title)}</h1>${verdictHtml(ok)}</div><p class="lead">${escapeHtml(lead)}</p><p class="soft">${escapeHtml(facts)}</p></header>`;
  const main = `<main id="main"><ul class="tiles" aria-label="In short">${tiles.map(tileHtml).join('')}</ul>${sections.map(sectionHtml).join('\n')}</main>`;
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><title>${escapeHtml(`${title}: ${ok ? 'pass' : 'fail'}`)}</title><style>${STYLE}</style>`;
  return `<!doctype html><html lang="en"><head>${head}</head><body><a class="skip" href="#main">To the report</a>${bar}${hero}${main}<footer>Made by raftkv; everything is in this file.</footer>${data}<script>${SCRIPT}</script></body></html>\n`;
}
