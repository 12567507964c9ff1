// What the files of a pod's ConfigMap, Secret, downward API and projected volumes hold, as a kubelet would fill them.
// It reads the API and writes nothing.
import type { Api } from '../api/client.ts';
import type { KubeObject } from '../api/kube-object.ts';
import { fieldValue } from './pod-fields.ts';

interface PayloadFile {
  readonly data: Buffer;
  readonly mode: number;
}

/** Files by their path below the mount. */
export type Payload = ReadonlyMap<string, PayloadFile>;

/** Something that the pod names is not there (yet); a kubelet would say FailedMount and try again. */
export class VolumeNotReady extends Error {
  readonly code = 'VOLUME_NOT_READY';
}

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- a volume source of any kind, as the API server answers it */
export type Source = any;

interface Item {
  readonly key: string;
  readonly path: string;
  readonly mode?: number;
}

const DEFAULT_MODE = 0o644;

/** The names of what a volume is made of, such as `ConfigMap/prometheus`: when one changes, the payload may. */
export function sourcesOf(volume: Source): string[] {
  if (volume.projected !== undefined)
    return ((volume.projected.sources ?? []) as Source[]).flatMap(({ configMap, secret }): string[] => [
      ...(configMap === undefined ? [] : [`ConfigMap/${configMap.name as string}`]),
      ...(secret === undefined ? [] : [`Secret/${secret.name as string}`]),
    ]);
  if (volume.configMap !== undefined) return [`ConfigMap/${volume.configMap.name as string}`];
  if (volume.secret !== undefined) return [`Secret/${volume.secret.secretName as string}`];
  return [];
}

/** The files of a volume, or undefined when its content is not made from the API. Throws VolumeNotReady. */
export async function readPayload(api: Api, pod: KubeObject, volume: Source): Promise<Payload | undefined> {
  if (volume.configMap !== undefined || volume.secret !== undefined || volume.downwardAPI !== undefined)
    return readSource(api, pod, volume);
  if (volume.projected === undefined) return undefined;
  const { sources = [], defaultMode } = volume.projected;
  const files = new Map<string, PayloadFile>();
  for (const source of sources as Source[]) {
    for (const [path, file] of await readSource(api, pod, withMode(source, defaultMode)))
      files.set(path, file);
  }
  return files;
}

function withMode(source: Source, defaultMode: number | undefined): Source {
  const entries = Object.entries(source as object).map(([kind, content]) => [
    kind,
    { defaultMode, ...(content as object) },
  ]);
  return Object.fromEntries(entries);
}

async function readSource(api: Api, pod: KubeObject, source: Source): Promise<Payload> {
  if (source.configMap !== undefined) {
    const object = await find(api, pod, { kind: 'ConfigMap', ...source.configMap });
    const binary = Object.entries((object?.['binaryData'] ?? {}) as Record<string, string>);
    const data = [
      ...Object.entries(object?.data ?? {}).map(([key, text]) => [key, Buffer.from(text)] as const),
      ...binary.map(([key, text]) => [key, Buffer.from(text, 'base64')] as const),
    ];
    return select(new Map(data), { what: `configmap ${source.configMap.name}`, ...source.configMap });
  }
  if (source.secret !== undefined) {
    const name = source.secret.secretName ?? source.secret.name;
    const object = await find(api, pod, { kind: 'Secret', ...source.secret, name });
    const data = Object.entries(object?.data ?? {}).map(
      ([key, text]) => [key, Buffer.from(text, 'base64')] as const,
    );
    return select(new Map(data), { what: `secret ${name}`, ...source.secret });
  }
  if (source.downwardAPI !== undefined) {
    const { items = [], defaultMode = DEFAULT_MODE } = source.downwardAPI;
    return new Map(
      (items as Source[]).map(({ path, fieldRef, mode = defaultMode }) => [
        path,
        { data: Buffer.from(fieldValue(pod, fieldRef?.fieldPath ?? '')), mode },
      ]),
    );
  }
  if (source.serviceAccountToken !== undefined) return readToken(api, pod, source.serviceAccountToken);
  throw new VolumeNotReady(`the node stand-in knows no projected source ${Object.keys(source).join(', ')}`);
}

async function find(
  api: Api,
  pod: KubeObject,
  { kind, name, optional }: { kind: string; name: string; optional?: boolean },
): Promise<KubeObject | undefined> {
  const { namespace = 'default' } = pod.metadata;
  const object = await api.find({ apiVersion: 'v1', kind, metadata: { name, namespace } });
  if (object === undefined && optional !== true)
    throw new VolumeNotReady(`${kind.toLowerCase()} "${name}" not found`);
  return object;
}

interface Selection {
  readonly what: string;
  readonly items?: readonly Item[];
  readonly defaultMode?: number;
  readonly optional?: boolean;
}

function select(
  data: ReadonlyMap<string, Buffer>,
  { what, items, optional, defaultMode = DEFAULT_MODE }: Selection,
): Payload {
  const chosen: readonly Item[] = items ?? [...data.keys()].map((key) => ({ key, path: key }));
  const files = new Map<string, PayloadFile>();
  for (const { key, path, mode = defaultMode } of chosen) {
    const bytes = data.get(key);
    if (bytes !== undefined) files.set(path, { data: bytes, mode });
    else if (optional !== true) throw new VolumeNotReady(`${what} references non-existent key: ${key}`);
  }
  return files;
}

interface TokenSource {
  readonly path: string;
  readonly audience?: string;
  readonly expirationSeconds?: number;
  readonly defaultMode?: number;
}

/** A new token, bound to the pod, as the kubelet asks for one. It is not renewed: it outlives any run. */
async function readToken(api: Api, pod: KubeObject, source: TokenSource): Promise<Payload> {
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const account: string = pod.spec.serviceAccountName ?? 'default';
  const { status, body } = await api.request({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        audiences: source.audience === undefined ? [] : [source.audience],
        expirationSeconds: source.expirationSeconds ?? 3600,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    },
  });
  if (status >= 400) throw new VolumeNotReady(`token of ${account}: ${String(body['message'])}`);
  const data = Buffer.from(body.status.token as string);
  return new Map([[source.path, { data, mode: source.defaultMode ?? DEFAULT_MODE }]]);
}
