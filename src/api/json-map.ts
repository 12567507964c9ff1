// Reading of parsed JSON whose shape nobody vouches for: what is not of the shape that is asked for counts as not there.
export type JsonMap = Readonly<Record<string, unknown>>;

/** True for an object that is neither null nor a list. */
export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The map under a key; an empty one for anything else. */
export function mapAt(map: JsonMap, key: string): JsonMap {
  const value = map[key];
  return isMap(value) ? value : {};
}

/** The list under a key; an empty one for anything else. */
export function listAt(map: JsonMap, key: string): readonly unknown[] {
  const value = map[key];
  return Array.isArray(value) ? value : [];
}

/** The text under a key; `undefined` for anything else. */
export function textAt(map: JsonMap, key: string): string | undefined {
  const value = map[key];
  return typeof value === 'string' ? value : undefined;
}
