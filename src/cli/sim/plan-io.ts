/**
 * Plan files: read and written.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { formatPlan, type PlanFile, PlanFileError, parsePlan } from '../../sim/plan-file.js';
import { InvalidOperation, OperationFailed } from '../cli-error.js';

/** @throws InvalidOperation when the file is no plan, OperationFailed when it cannot be read */
export function readPlan(path: string): PlanFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new OperationFailed(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return parsePlan(text);
  } catch (error) {
    if (error instanceof PlanFileError) throw new InvalidOperation(`${path}: ${error.message}`);
    throw error;
  }
}

export function savePlan(path: string, file: PlanFile): void {
  writeFileSync(path, formatPlan(file));
}
