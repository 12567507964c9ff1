// Makes text fit for a status field or an Event: well-formed, printable, cut, with the address of what explains it.
import { docsAddressOf } from '../api/docs-address.ts';

/** Of a condition's message in characters, of an Event's note in bytes. */
const MESSAGE_MAX = 1024;
/** Of a value that status quotes, in characters. */
export const VALUE_MAX = 256;

/**
 * Cuts to `max` code points with an ellipsis and escapes what the API server refuses or silently changes: control
 * characters, lone surrogates, U+FFFE and U+FFFF (tried on kube-apiserver 1.36.3).
 */
export function clip(text: string, max: number): string {
  const clean = text.toWellFormed().replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g, escape);
  const points = Array.from(clean);
  return points.length <= max ? clean : `${points.slice(0, max - 1).join('')}…`;
}

/**
 * The text with the address of what explains `name` at its end. Where both are too long, the text is cut. Bytes are
 * counted, since the API server counts those of an Event.
 */
export function withDocsAddress(text: string, name: string): string {
  const address = ` (${docsAddressOf(name)})`;
  return text.endsWith(address) ? text : `${clipBytes(text, MESSAGE_MAX - address.length)}${address}`;
}

function clipBytes(text: string, max: number): string {
  const clipped = clip(text, max);
  if (Buffer.byteLength(clipped) <= max) return clipped;
  let left = max - Buffer.byteLength('…');
  let kept = '';
  for (const point of clipped) {
    left -= Buffer.byteLength(point);
    if (left < 0) break;
    kept += point;
  }
  return `${kept}…`;
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
