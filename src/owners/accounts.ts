import { readFileSync } from 'node:fs';

/** Users or groups as a file has them: passwd(5), group(5). Nobody else is asked: that would take a helper (nsswitch.conf(5)). */
export class Accounts {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  get path(): string {
    return this.#path;
  }

  /** The number behind a name or number as it is declared; undefined where the file has no such name. */
  numberOf(written: string): number | undefined {
    if (/^[0-9]+$/.test(written)) return Number(written);
    const number = this.#lines().find(([name]) => name === written)?.[2];
    return number === undefined || !/^[0-9]+$/.test(number) ? undefined : Number(number);
  }

  /** The name of a number, or the number where it has none. */
  nameOf(number: number): string {
    return this.#lines().find(([, , own]) => own === String(number))?.[0] ?? String(number);
  }

  #lines(): readonly (readonly string[])[] {
    try {
      return readFileSync(this.#path, 'utf8')
        .split('\n')
        .map((line) => line.split(':'));
    } catch {
      return [];
    }
  }
}
