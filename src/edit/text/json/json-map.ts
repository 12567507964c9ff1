// Separates a JSON object from everything else that parsed JSON or YAML can be. edit knows no other folder, so it cannot
// take this from src/api.

/** True for an object that is neither null nor a list. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
