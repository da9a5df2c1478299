/**
 * What is asked of a report within the browser. Text, because it runs there and not here.
 *
 * @module
 */

/** Answers what makes a page hard to use for somebody who does not see it. */
export const FIND_OBSTACLES = `(() => {
  const found = [];
  const all = selector => [...document.querySelectorAll(selector)];
  if (document.documentElement.lang !== 'en') found.push('no language');
  if (document.title === '') found.push('no title');
  if (all('h1').length !== 1) found.push('not one h1');
  if (all('main').length !== 1) found.push('not one main');
  let level = 0;
  for (const heading of all('h1, h2, h3, h4')) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) found.push('h' + own + ' after h' + level + ': ' + heading.textContent);
    level = own;
  }
  const nameOf = element =>
    element.getAttribute('aria-label') ?? (element.labels?.[0]?.textContent ?? element.textContent).trim();
  for (const element of all('button, input, a[href], [role=img], [role=region], nav')) {
    if (!nameOf(element)) found.push('no name: ' + element.outerHTML.slice(0, 80));
  }
  for (const svg of all('svg')) {
    if (svg.getAttribute('role') !== 'img' && svg.getAttribute('aria-hidden') !== 'true') found.push('bare svg');
  }
  for (const table of all('table')) if (!table.querySelector('caption')?.textContent) found.push('no caption');
  for (const th of all('th')) if (!th.hasAttribute('scope')) found.push('th without scope: ' + th.textContent);
  for (const link of all('a[href^="#"]')) {
    if (!document.getElementById(link.getAttribute('href').slice(1))) found.push('dead link: ' + link.textContent);
  }
  const ids = all('[id]').map(({ id }) => id);
  if (new Set(ids).size !== ids.length) found.push('an id twice');
  return found;
})()`;

/** Answers text that stands out too little from what is behind it (WCAG 2, AA); on coloured bars a title says the same. */
export const FIND_FAINT_TEXT = `(() => {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = colour => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const luminance = colour => {
    const [red, green, blue] = colour.slice(0, 3)
      .map(part => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = element => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return luminance(colour);
    }
    return 1;
  };
  const faint = [];
  for (const element of document.querySelectorAll('body *:not(script, style, title)')) {
    const hasText = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!hasText || element.matches('.letter, .fault-bar *, .matrix td')) continue;
    const style = getComputedStyle(element);
    const front = luminance(rgb(element instanceof SVGElement ? style.fill : style.color));
    const back = behind(element);
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    if (ratio < 4.5) faint.push(ratio.toFixed(2) + ' ' + element.tagName + ': ' + element.textContent.slice(0, 40));
  }
  return faint;
})()`;

export interface Focused {
  readonly what: string;
  readonly isVisible: boolean;
  /** Position among all elements of the page. */
  readonly place: number;
}

/** Answers a `Focused`; null once the focus has left the page. */
export const FOCUSED = `(() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const style = getComputedStyle(element);
  const isVisible = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2
    && element.getBoundingClientRect().left >= 0;
  const place = [...document.querySelectorAll('*')].indexOf(element);
  return { what: element.id || element.className || element.textContent || element.tagName, isVisible, place };
})()`;

export const BACKGROUND = 'getComputedStyle(document.body).backgroundColor';

/** Answers whether a table is longer than the area it scrolls in. */
export const IS_CLIPPED =
  "[...document.querySelectorAll('.scroll')].some(area => area.scrollHeight > area.clientHeight + 1)";

/** Answers by how many pixels the page is wider than the screen. */
export const PIXELS_TOO_WIDE = 'document.documentElement.scrollWidth - innerWidth';

export const CHOSEN_THEME = 'document.documentElement.dataset.theme';
