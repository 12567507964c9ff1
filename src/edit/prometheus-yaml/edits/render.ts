// How a new value is spelt: in the quoting of the scalar that it replaces, where the value allows it.
import type { ScalarStyle } from 'js-yaml';
import { SCALAR_STYLE } from 'js-yaml';

/** Text that every YAML reader takes for the same plain string, in block and in flow. Paths mostly are. */
const PLAIN_PATH = /^\/[\w./@%+~-]*$/;
const UNPRINTABLE = /[\0-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\p{Cs}/u;

/** Whether a path can be written at all; a line break or control character in a file name cannot. */
export function isWritablePath(path: string): boolean {
  return path.startsWith('/') && !UNPRINTABLE.test(path);
}

/** Spells a path in the given style, or in the nearest style that can carry it. */
export function renderPath(path: string, style: ScalarStyle): string {
  if (style === SCALAR_STYLE.DOUBLE_QUOTED) return `"${path.replace(/["\\]/g, '\\$&')}"`;
  if (style === SCALAR_STYLE.SINGLE_QUOTED || !PLAIN_PATH.test(path))
    return `'${path.replaceAll("'", "''")}'`;
  return path;
}

/** Spells a key as its neighbours are spelt. */
export function renderKey(key: string, style: ScalarStyle): string {
  if (style === SCALAR_STYLE.DOUBLE_QUOTED) return `"${key}"`;
  return style === SCALAR_STYLE.SINGLE_QUOTED ? `'${key}'` : key;
}
