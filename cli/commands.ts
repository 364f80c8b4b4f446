import type { Command } from './command.ts';
import { doctorCommand } from './doctor/doctor-command.ts';
import { explainCommand } from './explain/explain-command.ts';
import { migrateCommand } from './migrate/migrate-command.ts';
import { planCommand } from './plan/plan-command.ts';
import { statusCommand } from './status/status-command.ts';

/** Every command, in the order in which the usage lists them. */
export const commands: readonly Command[] = [explainCommand, statusCommand, doctorCommand, planCommand, migrateCommand];
