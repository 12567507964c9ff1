// Why the ConfigMap cannot take a write, whatever its jobs are: known before anything is begun.
import type { ConfigMap } from '../../api/kubernetes.ts';
import { ORIGINAL_TLS_CONFIG_ANNOTATION } from '../../api/resource.ts';
import { recordRefusal } from '../kubernetes/annotations.ts';
import type { Action } from '../model/action.ts';
import type { Refusal } from '../model/assessment.ts';
import { differs, type Field } from '../model/field.ts';

interface DesiredWrite {
  readonly fields: readonly Field[];
  readonly action: Action | undefined;
  /** The text of the record that the action stores. */
  readonly record: string | undefined;
}

export function writeRefusal(
  configMap: ConfigMap,
  { fields, action, record }: DesiredWrite,
): Refusal | undefined {
  if (configMap.immutable === true && fields.some(differs)) return immutableRefusal(configMap);
  if (action?.kind !== 'PatchObject' || record === undefined) return undefined;
  const shrink = 'choose fewer jobs in spec.config.jobs';
  return recordRefusal(configMap, { key: ORIGINAL_TLS_CONFIG_ANNOTATION, value: record, shrink });
}

function immutableRefusal({ metadata }: ConfigMap): Refusal {
  return {
    reason: 'ConfigMapImmutable',
    message: `ConfigMap ${metadata.name} is immutable: make a new one without immutable: true and mount that`,
    stalled: true,
  };
}
