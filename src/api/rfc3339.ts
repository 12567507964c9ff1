// Moments as status, Events and messages spell them: in whole seconds, which is what certificates and conditions have.

/** `2026-03-01T12:00:00Z` for milliseconds since the epoch. */
export function rfc3339(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
