/**
 * Keys of what goes on beside the cluster: tour, recordings, key browser and scripts.
 *
 * @module
 */
import type { KeyBinding } from './key-binding.js';

export const ACTIVITY_KEYS: readonly KeyBinding[] = [
  {
    keys: ['n'],
    scopes: ['tour'],
    action: 'tour-next',
    summary: 'the next step; while one goes on: as soon as it is over',
    footer: 'next',
  },
  {
    keys: ['p'],
    scopes: ['tour'],
    action: 'tour-back',
    summary: 'the scene from its beginning; at its first step the scene before',
    footer: 'back',
  },
  {
    keys: ['space'],
    scopes: ['tour'],
    action: 'tour-auto',
    summary: 'go on by itself, or wait for n',
    footer: 'play/wait',
  },
  {
    keys: ['escape'],
    scopes: ['tour'],
    action: 'tour-stop',
    summary: 'end the tour; the cluster is put in order',
    footer: 'end the tour',
    shown: 'esc',
  },
  {
    keys: ['space'],
    scopes: ['replay'],
    action: 'replay-play',
    summary: 'play, or stop',
    footer: 'play',
  },
  {
    keys: ['.'],
    scopes: ['replay'],
    action: 'replay-event-on',
    summary: 'the next event of the trace',
  },
  {
    keys: [','],
    scopes: ['replay'],
    action: 'replay-event-back',
    summary: 'the event before',
  },
  {
    keys: ['n'],
    scopes: ['replay'],
    action: 'replay-told-on',
    summary: 'on to the next line of the events',
    footer: 'next',
  },
  {
    keys: ['p'],
    scopes: ['replay'],
    action: 'replay-told-back',
    summary: 'back to the line before',
    footer: 'back',
  },
  {
    keys: [']'],
    scopes: ['replay'],
    action: 'replay-second-on',
    summary: 'one second on',
    footer: 'seconds',
    shown: '[ ]',
  },
  {
    keys: ['['],
    scopes: ['replay'],
    action: 'replay-second-back',
    summary: 'one second back',
  },
  {
    keys: ['}'],
    scopes: ['replay'],
    action: 'replay-far-on',
    summary: 'ten seconds on',
  },
  {
    keys: ['{'],
    scopes: ['replay'],
    action: 'replay-far-back',
    summary: 'ten seconds back',
  },
  {
    keys: ['<'],
    scopes: ['replay'],
    action: 'replay-begin',
    summary: 'to the beginning',
  },
  {
    keys: ['>'],
    scopes: ['replay'],
    action: 'replay-end',
    summary: 'to the end',
  },
  {
    keys: ['*'],
    scopes: ['replay'],
    action: 'replay-faster',
    summary: 'play twice as fast',
  },
  {
    keys: ['%'],
    scopes: ['replay'],
    action: 'replay-slower',
    summary: 'play half as fast',
  },
  {
    keys: ['w'],
    scopes: ['store'],
    action: 'watch',
    summary: 'show the selected key on all replicas side by side; again: no longer',
    footer: 'watch',
  },
  {
    keys: ['e'],
    scopes: ['messages'],
    action: 'messages-filter',
    summary: 'show all, those without heartbeats, or what was lost or held',
    footer: 'filter',
  },
  {
    keys: ['v', 'escape'],
    scopes: ['messages'],
    action: 'messages-leave',
    summary: 'back to the links',
    footer: 'links',
  },
  {
    keys: ['p'],
    scopes: ['session'],
    action: 'script-pause',
    summary: 'stop before the next step, or go on',
    footer: 'pause',
  },
  {
    keys: ['n'],
    scopes: ['session'],
    action: 'script-step',
    summary: 'one step, then wait',
    footer: 'step',
  },
  {
    keys: ['c'],
    scopes: ['session'],
    action: 'script-stop',
    summary: 'cancel the script after the step under way',
    footer: 'cancel',
  },
];
