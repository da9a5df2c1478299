/**
 * Glyph, word and colour of what a node is doing: the same in every panel.
 *
 * @module
 */
import type { Activity } from '../samples.js';
import type { Glyphs, StyleName } from '../theme.js';

interface Look {
  readonly glyph: keyof Glyphs;
  readonly word: string;
  readonly style: StyleName;
}

const LOOKS: Readonly<Record<Activity, Look>> = {
  leader: { glyph: 'leader', word: 'leader', style: 'leader' },
  follower: { glyph: 'follower', word: 'follower', style: 'follower' },
  candidate: { glyph: 'candidate', word: 'candidate', style: 'candidate' },
  'pre-candidate': { glyph: 'preCandidate', word: 'pre-cand.', style: 'candidate' },
  paused: { glyph: 'paused', word: 'paused', style: 'paused' },
  down: { glyph: 'down', word: 'down', style: 'down' },
  faulty: { glyph: 'faulty', word: 'faulty', style: 'bad' },
  starting: { glyph: 'starting', word: 'starting', style: 'dim' },
  removed: { glyph: 'removed', word: 'removed', style: 'dim' },
};

export function lookOf(activity: Activity): Look {
  return LOOKS[activity];
}
