// Which files a mounted ConfigMap shows, and which key each of them is: its keys, or what the volume's items make of them.
import type { ConfigMap } from '../../api/kubernetes.ts';

export interface MountedKeys {
  /** Key by file name; `undefined`: every key under its own name. */
  readonly items: Readonly<Record<string, string>> | undefined;
}

export function fileNamesOf({ data = {} }: ConfigMap, { items }: MountedKeys): readonly string[] {
  return Object.keys(items ?? data);
}

export function keyOfFile({ items }: MountedKeys, name: string): string {
  return items?.[name] ?? name;
}
