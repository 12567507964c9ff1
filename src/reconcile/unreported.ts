// What visits wrote and put right while no status that tells it stood: a lost race or a refused status must not hide it.
// In memory only: a restart in between forgets it.
import type { Convergence } from './convergence.ts';

type Done = Pick<Convergence, 'written' | 'corrected'>;

export class Unreported {
  readonly #byKey = new Map<string, Done>();

  /** The visit with what earlier ones of this resource left to tell; kept until `told`. */
  add(key: string, visit: Convergence): Convergence {
    const before = this.#byKey.get(key) ?? { written: [], corrected: [] };
    const done: Done = {
      written: [...before.written, ...visit.written],
      corrected: [...before.corrected, ...visit.corrected],
    };
    this.#byKey.set(key, done);
    return { ...visit, ...done };
  }

  /** A status stands that tells everything, or there is nobody left to tell. */
  told(key: string): void {
    this.#byKey.delete(key);
  }
}
