import { lstatSync, statSync } from 'node:fs';
import { standardInput, type Verdict, validateFiles, validateFolder } from '../config/validate.ts';
import { complaintDocument } from '../daemon/control/documents.ts';
import { counted } from '../model/counted.ts';
import { Failure } from '../model/failure.ts';
import { type Call, textOption } from './call.ts';
import { complaintText } from './complaints.ts';
import { type ExitCode, exit } from './exit.ts';

/** `vnetctl validate [FILE…]`: checks files, or the whole folder, without a daemon. */
export async function validate(call: Call): Promise<ExitCode> {
  const { errors, warnings } = await verdict(call);
  const { json, terminal } = call;
  if (json) {
    terminal.writeJson({ errors: errors.map(complaintDocument), warnings: warnings.map(complaintDocument) });
  } else {
    terminal.write(complaintText(errors, 'error', terminal.colour));
    terminal.write(complaintText(warnings, 'warning', terminal.colour));
    terminal.write(`${summary(errors.length, warnings.length)}\n`);
  }
  return errors.length === 0 ? exit.good : exit.notSo;
}

function verdict(call: Call): Promise<Verdict> {
  const { operands } = call;
  const [only] = operands;
  if (only === undefined) {
    const folder = textOption(call, 'configDir') ?? usualFolder(process.env);
    if (!isFolder(folder)) throw new Failure('usage', `there is no folder ${folder}`);
    return validateFolder(folder);
  }
  for (const path of operands) {
    if (path !== standardInput && lstatSync(path, { throwIfNoEntry: false }) === undefined) {
      throw new Failure('usage', `there is no file ${path}`);
    }
  }
  return operands.length === 1 && isFolder(only) ? validateFolder(only) : validateFiles(operands);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function usualFolder(environment: NodeJS.ProcessEnv): string {
  return environment.CONFIGURATION_DIRECTORY?.split(':')[0] || '/etc/vnetd';
}

function summary(errors: number, warnings: number): string {
  const warned = warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`;
  return `${errors === 0 ? 'valid' : counted(errors, 'error')}${warned}`;
}
