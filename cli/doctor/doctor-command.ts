import type { Command } from '../command.ts';
import { readDoctorFacts } from '../kube/read-doctor-facts.ts';
import { doctorReport } from './doctor-report.ts';
import { doctorText } from './doctor-text.ts';
import { examine } from './examination.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'what is wrong with this installation, and how to mend it',
  operands: '',
  operandCount: { min: 0, max: 0 },
  options: [],
  run: async (session) => {
    const cluster = await session.readCluster();
    const facts = await readDoctorFacts(session.client(), cluster);
    const report = doctorReport(examine(cluster, facts));
    return { report, lines: doctorText(report, session.style), exitCode: report.summary.fail > 0 ? 1 : 0 };
  },
};
