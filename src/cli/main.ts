#!/usr/bin/env node
/**
 * `raftkv`: everything but the terminal UI.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { shippedFile } from '../config/load-config.js';
import { runProgram } from './program.js';
import { loadCommands } from './registry.js';

const { version } = JSON.parse(readFileSync(shippedFile('package.json'), 'utf8')) as {
  version: string;
};

const program = new Command('raftkv')
  .description('A fault-tolerant key/value store on Raft that you can see, break and trust.')
  .version(version);

for (const command of await loadCommands(process.argv[2])) program.addCommand(command);

process.exitCode = await runProgram(program, process.argv);
