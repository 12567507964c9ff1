// Answers of dry runs that this process keeps: where the question is the same as last time nobody asks again, whatever wakes
// the resource. One answer for each resource and subject, so that it stays small.
import { shortHash } from '../plan/model/names.ts';

interface Kept<T> {
  readonly question: string;
  readonly answer: T;
  readonly untilMs: number;
}

interface Question<T> {
  /** Key of the resource. */
  readonly resource: string;
  /** What is asked about, one of a few words. */
  readonly about: string;
  /** Everything that the answer depends on. */
  readonly question: string;
  readonly nowMs: number;
  readonly ask: () => Promise<T>;
  /** How long an answer is good for the same question, milliseconds. */
  readonly lastsMs: (answer: T) => number;
}

export class LastAnswers<T> {
  readonly #kept = new Map<string, Map<string, Kept<T>>>();

  async recall({ resource, about, question, nowMs, ask, lastsMs }: Question<T>): Promise<T> {
    const own = this.#kept.get(resource) ?? new Map<string, Kept<T>>();
    this.#kept.set(resource, own);
    const hash = shortHash(question);
    const kept = own.get(about);
    if (kept?.question === hash && nowMs < kept.untilMs) return kept.answer;
    const answer = await ask();
    own.set(about, { question: hash, answer, untilMs: nowMs + lastsMs(answer) });
    return answer;
  }

  /** The resource is gone. */
  forget(resource: string): void {
    this.#kept.delete(resource);
  }
}
