// The writes to a shared ConfigMap: one JSON patch that carries the resourceVersion, and our name taken out of
// managedFields again, or the owner's next server-side apply would conflict with us.
import type { ConfigMap } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { ORIGINAL_TLS_CONFIG_ANNOTATION } from '../../api/resource.ts';
import { refOf, type JsonPatchOperation } from '../../api/write.ts';
import { pointer, releaseOperations, resourceVersionGuard } from '../kubernetes/managed-fields.ts';
import type { Action, PatchObject, ReleaseOwnership } from '../model/action.ts';
import { fieldManagerOf } from '../model/names.ts';
import type { EvaluatedKeys } from './keys.ts';
import { recordsText, type KeyRecords } from './record.ts';

/** With the records as they are to be stored. */
interface DatedKeys extends EvaluatedKeys {
  readonly ownRecords: KeyRecords;
}

/** The edit, or the release that an interrupted edit still owes, or nothing. */
export function editConfigMap(
  resource: PrometheusIstioScrape,
  configMap: ConfigMap,
  evaluated: DatedKeys,
): Action | undefined {
  const keys = Object.keys(evaluated.texts);
  const jobs = evaluated.rewrittenJobs.join(', ');
  const { name } = resource.metadata;
  if (keys.length === 0 && !isNewlyShared(evaluated, name)) return releaseConfigMap(resource, configMap);
  return patchConfigMap(resource, configMap, {
    texts: evaluated.texts,
    annotation: recordsText(evaluated.storedRecords, name, evaluated.ownRecords),
    reason:
      keys.length === 0
        ? `Record the originals of ${jobs} for this resource too`
        : `Point tls_config of ${jobs} in ${keys.join(', ')} at the renewed certificates`,
  });
}

/** Another resource did the work before us: nothing is left to edit, only to record. */
function isNewlyShared({ ownRecords, storedRecords }: EvaluatedKeys, resource: string): boolean {
  return Object.entries(ownRecords).some(([key, { jobs }]) =>
    Object.keys(jobs).some((job) => storedRecords[resource]?.[key]?.jobs[job] === undefined),
  );
}

export interface ConfigMapPatch {
  readonly texts: Readonly<Record<string, string>>;
  /** The records annotation afterwards; `undefined`: none. */
  readonly annotation: string | undefined;
  readonly reason: string;
}

/** A JSON patch of some keys and of the records annotation, nothing else. */
export function patchConfigMap(
  resource: PrometheusIstioScrape,
  configMap: ConfigMap,
  patch: ConfigMapPatch,
): PatchObject {
  return {
    kind: 'PatchObject',
    target: refOf(configMap),
    stage: 4,
    gates: true,
    reason: patch.reason,
    fieldManager: fieldManagerOf(resource),
    release: true,
    operations: [
      resourceVersionGuard(configMap),
      ...Object.entries(patch.texts).map(([key, value]) => ({
        op: 'replace' as const,
        path: `/data/${pointer(key)}`,
        value,
      })),
      ...recordOperations(configMap, patch.annotation),
    ],
  };
}

/** Takes our name out of managedFields of the ConfigMap; `undefined` if it is not there. */
export function releaseConfigMap(
  resource: PrometheusIstioScrape,
  configMap: ConfigMap,
): ReleaseOwnership | undefined {
  const fieldManager = fieldManagerOf(resource);
  const operations = releaseOperations(configMap, fieldManager);
  if (operations.length === 0) return undefined;
  return {
    kind: 'ReleaseOwnership',
    target: refOf(configMap),
    stage: 4,
    gates: false,
    reason: `Give the fields of ConfigMap ${configMap.metadata.name} back to their owner`,
    fieldManager,
    operations,
  };
}

function recordOperations(configMap: ConfigMap, text: string | undefined): readonly JsonPatchOperation[] {
  const path = `/metadata/annotations/${pointer(ORIGINAL_TLS_CONFIG_ANNOTATION)}`;
  const { annotations } = configMap.metadata;
  if (text === annotations?.[ORIGINAL_TLS_CONFIG_ANNOTATION]) return [];
  if (text === undefined) return [{ op: 'remove', path }];
  if (annotations === undefined) {
    return [{ op: 'add', path: '/metadata/annotations', value: { [ORIGINAL_TLS_CONFIG_ANNOTATION]: text } }];
  }
  return [{ op: 'add', path, value: text }];
}
