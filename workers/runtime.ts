/**
 * Entry of the runtime's thread: supervisor, router, command interpreter.
 *
 * @module
 */
import { workerData } from 'node:worker_threads';
import { createInterpreter } from '../src/chaos/interpreter.js';
import { hostRuntime } from '../src/runtime/runtime-host.js';
import type { RuntimeWorkerData } from '../src/runtime/runtime-protocol.js';

hostRuntime(workerData as RuntimeWorkerData, control => createInterpreter(control));
