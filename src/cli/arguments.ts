/**
 * Readers of command-line arguments shared by several commands.
 *
 * @module
 */
import { InvalidArgumentError } from 'commander';
import { type ClusterConfig, nodeCountOf } from '../config/cluster-config.js';
import { type LoadedConfig, loadConfig, loadMatrix } from '../config/load-config.js';

/** A reader for commander of whole numbers in a range. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`expected a number ${least}–${most}`);
    }
    return value;
  };

export const CONFIG_ARGUMENT_HELP =
  'config file (default: ./config.txt, else the one shipped: 10 nodes on localhost)';

export const configOf = (path?: string, nodes?: number): LoadedConfig => loadConfig({ path, nodes });

export const matrixOf = (path: string, config: ClusterConfig) => loadMatrix(path, nodeCountOf(config));
