/** @module A share of the example scripts. */
import { runExamples } from './examples.js';

runExamples(1);
