// The workload part: every leaf of the pod template, what stands in the way, and the one write that wires it.
// It never decides when to write: stages and the write interval are plan.ts's business. Pure.
import type { StatefulSet } from '../../api/kubernetes.ts';
import { applyPathOf, holds } from '../kubernetes/managed-fields.ts';
import type { ApplyTemplate } from '../model/action.ts';
import { certificatePaths, modeOf, type CertificatePaths } from '../model/desired.ts';
import type { FieldPath } from '../model/field-path.ts';
import { differs, fingerprint } from '../model/field.ts';
import { fieldManagerOf, ORIGINAL_TEMPLATE_ANNOTATION } from '../model/names.ts';
import type { PartPlan } from '../model/part.ts';
import type { WorkloadInput, WorkloadField } from './input.ts';
import { placeRefusal } from './refusals.ts';
import { planAnnotations, type AnnotationPlan, type TemplateField } from './template-annotations.ts';
import { byName, labelPath, targetOf, TEMPLATE, desiredLabels } from './template-paths.ts';
import { recordTemplate } from './template-record.ts';

/** Judges the pod template leaf by leaf. */
export function planWorkload(input: WorkloadInput): PartPlan {
  const { resource, statefulSet } = input;
  const paths = certificatePaths(resource);
  const labels = desiredLabels(resource);
  const annotations = planAnnotations(statefulSet.spec.template.metadata?.annotations ?? {}, paths);
  const fields = evaluate(input, [
    ...labelFields(statefulSet, labels),
    ...annotations.fields,
    ...volumeFields(statefulSet, paths),
    ...mountFields(input, paths),
  ]);
  const refusal = annotations.refusal ?? placeRefusal(input, paths, fields);
  const writable = refusal === undefined && fields.some(differs);
  return {
    name: 'workload',
    mode: modeOf(resource, 'workload'),
    target: targetOf(statefulSet),
    fields,
    refusal,
    action: writable ? applyTemplate(input, { paths, labels, annotations, fields }) : undefined,
    needs: [],
    findings: [],
  };
}

function labelFields(
  statefulSet: StatefulSet,
  labels: Readonly<Record<string, string>>,
): readonly TemplateField[] {
  const actual = statefulSet.spec.template.metadata?.labels ?? {};
  return Object.entries(labels).map(([key, expected]) => ({
    path: `spec.template.metadata.labels[${key}]`,
    fieldPath: labelPath(key),
    expected,
    actual: actual[key],
  }));
}

function volumeFields(statefulSet: StatefulSet, paths: CertificatePaths): readonly TemplateField[] {
  const volume = statefulSet.spec.template.spec.volumes?.find(({ name }) => name === paths.volumeName);
  return [
    {
      path: `spec.template.spec.volumes[name=${paths.volumeName}].emptyDir.medium`,
      fieldPath: [...TEMPLATE, 'f:spec', 'f:volumes', byName(paths.volumeName), 'f:emptyDir'],
      expected: 'Memory',
      actual: volume === undefined ? undefined : (volume.emptyDir?.medium ?? ''),
    },
  ];
}

function mountFields(input: WorkloadInput, paths: CertificatePaths): readonly TemplateField[] {
  const { name } = input.container;
  const mount = input.container.volumeMounts?.find(({ mountPath }) => mountPath === paths.mountPath);
  const path = `spec.template.spec.containers[name=${name}].volumeMounts[mountPath=${paths.mountPath}]`;
  const fieldPath: FieldPath = [
    ...TEMPLATE,
    'f:spec',
    'f:containers',
    byName(name),
    'f:volumeMounts',
    `k:{"mountPath":${JSON.stringify(paths.mountPath)}}`,
  ];
  return [
    {
      path: `${path}.name`,
      fieldPath: [...fieldPath, 'f:name'],
      expected: paths.volumeName,
      actual: mount?.name,
    },
    {
      path: `${path}.readOnly`,
      fieldPath: [...fieldPath, 'f:readOnly'],
      expected: 'true',
      actual: mount === undefined ? undefined : String(mount.readOnly ?? false),
    },
  ];
}

/** Drift is told by what was last seen in sync; where status was lost, by what our manager holds. */
function evaluate(input: WorkloadInput, found: readonly TemplateField[]): readonly WorkloadField[] {
  const { resource, statefulSet } = input;
  const manager = fieldManagerOf(resource);
  const lastInSync = resource.status?.lastInSync?.workload;
  const fields = found.map(({ path, expected, actual, fieldPath }) => {
    const held = holds(statefulSet, manager, fieldPath);
    const target = targetOf(statefulSet);
    const applyPath = applyPathOf(fieldPath);
    return { target, path, expected, actual, applyPath, fieldPath, wasInSync: held, held };
  });
  const seenInSync = lastInSync === fingerprint(fields);
  const wrote = everApplied(statefulSet, manager);
  return fields.map(({ held, ...field }) => ({
    ...field,
    wasInSync: lastInSync === undefined ? held : seenInSync,
    // Without an entry of ours we never applied anything here: equal values were somebody's own.
    appliedBefore: held || (seenInSync && wrote),
  }));
}

function everApplied(statefulSet: StatefulSet, manager: string): boolean {
  return (statefulSet.metadata.managedFields ?? []).some((entry) => entry.manager === manager);
}

interface TemplateWrite {
  readonly paths: CertificatePaths;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: AnnotationPlan;
  readonly fields: readonly WorkloadField[];
}

function applyTemplate(input: WorkloadInput, write: TemplateWrite): ApplyTemplate {
  const { resource, statefulSet, container } = input;
  const { name, namespace, resourceVersion, uid } = statefulSet.metadata;
  const count = write.fields.filter(differs).length;
  const record = originalTemplate(input, write);
  return {
    kind: 'ApplyTemplate',
    target: { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name },
    stage: 2,
    gates: true,
    reason: `Wire istio-proxy into the pod template: ${count} of ${write.fields.length} fields differ`,
    fieldManager: fieldManagerOf(resource),
    forceable: resource.spec.conflictPolicy === 'Force' ? 'all' : forceable(write),
    resourceVersion,
    body: {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: {
        name,
        namespace,
        uid,
        ...(record === undefined ? {} : { annotations: { [ORIGINAL_TEMPLATE_ANNOTATION]: record } }),
      },
      spec: {
        template: {
          metadata: { labels: write.labels, annotations: write.annotations.values },
          spec: {
            containers: [
              {
                name: container.name,
                volumeMounts: [
                  { name: write.paths.volumeName, mountPath: write.paths.mountPath, readOnly: true },
                ],
              },
            ],
            volumes: [{ name: write.paths.volumeName, emptyDir: { medium: 'Memory' } }],
          },
        },
      },
    },
  };
}

/** Leaves that may be taken from another manager: those we applied before, and merges that keep what is foreign. */
function forceable(write: TemplateWrite): readonly string[] {
  const ours = write.fields.filter((field) => field.appliedBefore);
  const foreignHeld = new Set(
    write.fields.filter((field) => !field.appliedBefore && differs(field)).map((field) => field.applyPath),
  );
  return [
    ...new Set([
      ...ours.flatMap((field) => (field.applyPath === undefined ? [] : [field.applyPath])),
      ...write.annotations.merged,
    ]),
  ].filter((path) => write.annotations.merged.includes(path) || !foreignHeld.has(path));
}

/** The stored record as it is, or a new one: the first original wins. A lost one stays lost: what stands there is ours. */
function originalTemplate(input: WorkloadInput, write: TemplateWrite): string | undefined {
  const stored = input.statefulSet.metadata.annotations?.[ORIGINAL_TEMPLATE_ANNOTATION];
  if (stored !== undefined) return stored;
  if (everApplied(input.statefulSet, fieldManagerOf(input.resource))) return undefined;
  return JSON.stringify(
    recordTemplate(input.statefulSet, input.container, {
      labels: Object.keys(write.labels),
      annotations: Object.keys(write.annotations.values),
      volumeName: write.paths.volumeName,
      mountPath: write.paths.mountPath,
    }),
  );
}
