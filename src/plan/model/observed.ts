// Absent, unreadable and present are three answers everywhere: a forbidden read is data, never an empty object.

/** An object that was looked for. `unreadable.message` is the API server's own sentence. */
export type Observed<T> =
  | { readonly kind: 'present'; readonly value: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly message: string };

/** The value, for those to whom it makes no difference why there is none. */
export function valueOf<T>(seen: Observed<T> | undefined): T | undefined {
  return seen?.kind === 'present' ? seen.value : undefined;
}

/** The items, for those to whom it makes no difference why there are none. */
export function itemsOf<T>(seen: Observed<readonly T[]> | undefined): readonly T[] {
  return valueOf(seen) ?? [];
}

/** What is made of the value, where there is one. */
export function mapObserved<T, U>(seen: Observed<T>, change: (value: T) => U): Observed<U> {
  return seen.kind === 'present' ? { kind: 'present', value: change(seen.value) } : seen;
}

/** Several lists as one: unreadable if any of them is, absent only if all are. */
export function joinObserved<T>(lists: readonly Observed<readonly T[]>[]): Observed<readonly T[]> {
  const unreadable = lists.find(({ kind }) => kind === 'unreadable');
  if (unreadable !== undefined) return unreadable;
  if (lists.every(({ kind }) => kind === 'absent')) return { kind: 'absent' };
  return { kind: 'present', value: lists.flatMap(itemsOf) };
}

/** Why there is no value, as part of a sentence. */
export function whyMissing(seen: Exclude<Observed<unknown>, { kind: 'present' }>): string {
  return seen.kind === 'absent' ? 'not found' : seen.message;
}
