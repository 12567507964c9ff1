// What a container learns of its pod: the downward API, and its environment with references resolved.
// It reads what it is given and nothing else.
import type { KubeObject } from '../api/kube-object.ts';

/** A fieldRef's value; labels and annotations as lines of `key="value"`, as volumes hold them. */
export function fieldValue(pod: KubeObject, fieldPath: string): string {
  const { metadata, spec, status } = pod;
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(fieldPath);
  if (subscript !== null) {
    const map = subscript[1] === 'labels' ? metadata.labels : metadata.annotations;
    return map?.[subscript[2] ?? ''] ?? '';
  }
  switch (fieldPath) {
    case 'metadata.labels':
      return lines(metadata.labels);
    case 'metadata.annotations':
      return lines(metadata.annotations);
    case 'metadata.name':
    case 'metadata.namespace':
    case 'metadata.uid':
      return metadata[fieldPath.slice('metadata.'.length) as 'name' | 'namespace' | 'uid'] ?? '';
    case 'spec.nodeName':
      return spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? '';
    case 'status.hostIP':
    case 'status.hostIPs':
      return status?.hostIP ?? '127.0.0.1';
    case 'status.podIP':
    case 'status.podIPs':
      return status?.podIP ?? '';
    default:
      throw new Error(`the node stand-in knows no field ${fieldPath}`);
  }
}

function lines(map: Readonly<Record<string, string>> = {}): string {
  return Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- a container as the API server answers it */
export type Container = any;

interface EnvEntry {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly resourceFieldRef?: { readonly resource: string; readonly divisor?: string };
    readonly configMapKeyRef?: KeyReference;
    readonly secretKeyRef?: KeyReference;
  };
}

interface KeyReference {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

export type ReadKey = (
  kind: 'ConfigMap' | 'Secret',
  name: string,
  key: string,
) => Promise<string | undefined>;

/** A container's environment; `readKey` answers keys of ConfigMaps and Secrets. `envFrom` is not known here. */
export async function environmentOf(
  pod: KubeObject,
  container: Container,
  readKey: ReadKey,
): Promise<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const entry of (container.env ?? []) as EnvEntry[]) {
    const value = await valueOf(entry);
    if (value !== undefined) environment[entry.name] = expand(value, environment);
  }
  return environment;

  async function valueOf({ value = '', valueFrom }: EnvEntry): Promise<string | undefined> {
    if (valueFrom?.fieldRef !== undefined) return fieldValue(pod, valueFrom.fieldRef.fieldPath);
    if (valueFrom?.resourceFieldRef !== undefined) return resource(container, valueFrom.resourceFieldRef);
    if (valueFrom?.configMapKeyRef !== undefined) return keyOf('ConfigMap', valueFrom.configMapKeyRef);
    if (valueFrom?.secretKeyRef !== undefined) return keyOf('Secret', valueFrom.secretKeyRef);
    return value;
  }

  async function keyOf(kind: 'ConfigMap' | 'Secret', reference: KeyReference): Promise<string | undefined> {
    const value = await readKey(kind, reference.name, reference.key);
    if (value === undefined && reference.optional !== true)
      throw new Error(`couldn't find key ${reference.key} in ${kind} ${reference.name}`);
    return value;
  }
}

/** `$(NAME)` becomes the variable's value, `$$` a dollar; an unknown name stays as it is. */
export function expand(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(?:\$|\(([^)]*)\))/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (environment[name] ?? whole),
  );
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Rounded up, as the kubelet does; a limit that is not set is what the node has, here one of everything. */
function resource(
  container: Container,
  { resource: path, divisor = '1' }: { readonly resource: string; readonly divisor?: string },
): string {
  const [group = '', name = ''] = path.split('.');
  const text: string | undefined = container.resources?.[group]?.[name];
  const fallback = name === 'memory' ? '1Gi' : '1';
  // The API server writes an unset divisor as "0".
  const by = quantity(divisor) === 0 ? 1 : quantity(divisor);
  return String(Math.ceil(quantity(text ?? fallback) / by));
}

function quantity(text: string): number {
  const match = /^([0-9.]+)([A-Za-z]*)$/.exec(text);
  return Number(match?.[1] ?? 0) * (UNITS[match?.[2] ?? ''] ?? 1);
}
