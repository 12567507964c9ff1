// Makes text fit for a status field: well-formed, printable, cut by code points.

/**
 * Cuts to `max` code points with an ellipsis and escapes what the API server refuses or silently changes: control
 * characters, lone surrogates, U+FFFE and U+FFFF (tried on kube-apiserver 1.36.3).
 */
export function clip(text: string, max: number): string {
  const clean = text.toWellFormed().replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g, escape);
  const points = Array.from(clean);
  return points.length <= max ? clean : `${points.slice(0, max - 1).join('')}…`;
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
