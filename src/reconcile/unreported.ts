// What was written and corrected while no status that shows it exists: a lost race or a refused status must not hide it.
// In this process only: a restart in between forgets it.
import type { Convergence } from './convergence.ts';

type Done = Pick<Convergence, 'written' | 'corrected'>;

export class Unreported {
  readonly #byKey = new Map<string, Done>();

  /** The convergence with what earlier ones of this resource left to report; kept until `reported`. */
  add(key: string, convergence: Convergence): Convergence {
    const before = this.#byKey.get(key) ?? { written: [], corrected: [] };
    const done: Done = {
      written: [...before.written, ...convergence.written],
      corrected: [...before.corrected, ...convergence.corrected],
    };
    this.#byKey.set(key, done);
    return { ...convergence, ...done };
  }

  /** Status shows everything, or there is nobody left to report to. */
  reported(key: string): void {
    this.#byKey.delete(key);
  }
}
