// Which changes of a cached object are reported: the echo of a write of ours is not, and while one is on its way the
// object's other changes wait, because only the answer shows which of them is the echo.
import { compareVersions } from './resource-version.ts';

/** In place of a version: no echo of ours, whatever version the list shows. */
export const LISTED = '';

/** The writes to one object: how many are on their way, and the versions whose echo has not come yet. */
interface Writes<C> {
  inFlight: number;
  readonly versions: Set<string>;
  waiting: { readonly version: string; readonly change: C }[];
}

export class OwnWrites<C> {
  readonly #notify: (change: C) => void;
  /** The newest version that the watch has delivered. */
  readonly #seen: () => string;
  readonly #byKey = new Map<string, Writes<C>>();

  constructor(notify: (change: C) => void, seen: () => string) {
    this.#notify = notify;
    this.#seen = seen;
  }

  /** Call before a write; call the answer when the API server's answer has been added. */
  hold(key: string): () => void {
    const own = this.#of(key);
    own.inFlight += 1;
    return () => {
      own.inFlight -= 1;
      if (own.inFlight > 0) return;
      const waiting = own.waiting.filter((event) => !own.versions.has(event.version));
      own.waiting = [];
      this.#forget(key, own);
      for (const event of waiting) this.#notify(event.change);
    };
  }

  /** A write of ours made this version. */
  add(key: string, version: string): void {
    this.#of(key).versions.add(version);
  }

  /** Whether the echo of this version has not come yet. */
  isOwn(key: string, version: string): boolean {
    return this.#byKey.get(key)?.versions.has(version) === true;
  }

  /** Whether any echo of this object has not come yet. */
  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** The watch or a list delivered `version`; `change` is reported now or after the write that is on its way. */
  deliver(key: string, version: string, change: C | undefined): void {
    const own = this.#byKey.get(key);
    if (own === undefined) {
      if (change !== undefined) this.#notify(change);
      return;
    }
    if (change !== undefined) {
      if (own.inFlight > 0) own.waiting.push({ version, change });
      else this.#notify(change);
    }
    this.#forget(key, own);
  }

  clear(): void {
    this.#byKey.clear();
  }

  /** Own versions up to what the watch has delivered have had their echo, or will never have one. */
  #forget(key: string, own: Writes<C>): void {
    if (own.inFlight > 0) return;
    const seen = this.#seen();
    for (const known of own.versions) if (compareVersions(known, seen) <= 0) own.versions.delete(known);
    if (own.versions.size === 0 && this.#byKey.get(key) === own) this.#byKey.delete(key);
  }

  #of(key: string): Writes<C> {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const own: Writes<C> = { inFlight: 0, versions: new Set(), waiting: [] };
    this.#byKey.set(key, own);
    return own;
  }
}
