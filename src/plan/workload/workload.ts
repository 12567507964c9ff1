// The workload part: every leaf of the pod template, what stands in the way, and the one write that wires it.
// It never decides when to write: stages and the write interval are plan.ts's business. Pure.
import type { StatefulSet } from '../../api/kubernetes.ts';
import { applyPathOf, holds } from '../kubernetes/managed-fields.ts';
import type { ApplyTemplate } from '../model/action.ts';
import { certificatePaths, modeOf, type CertificatePaths } from '../model/desired.ts';
import type { FieldPath } from '../model/field-path.ts';
import { differs, fingerprint } from '../model/leaf.ts';
import { fieldManagerOf, ORIGINAL_TEMPLATE_ANNOTATION } from '../model/names.ts';
import type { PartPlan } from '../model/part.ts';
import type { WorkloadInput, WorkloadLeaf } from './input.ts';
import { placeRefusal } from './refusals.ts';
import { planAnnotations, type AnnotationPlan, type TemplateLeaf } from './template-annotations.ts';
import { byName, labelPath, targetOf, TEMPLATE, wantedLabels } from './template-paths.ts';
import { recordTemplate } from './template-record.ts';

/** Judges the pod template leaf by leaf. */
export function planWorkload(input: WorkloadInput): PartPlan {
  const { resource, statefulSet } = input;
  const paths = certificatePaths(resource);
  const labels = wantedLabels(resource);
  const annotations = planAnnotations(statefulSet.spec.template.metadata?.annotations ?? {}, paths);
  const leaves = judge(input, [
    ...labelLeaves(statefulSet, labels),
    ...annotations.leaves,
    ...volumeLeaves(statefulSet, paths),
    ...mountLeaves(input, paths),
  ]);
  const refusal = annotations.refusal ?? placeRefusal(input, paths, leaves);
  const writable = refusal === undefined && leaves.some(differs);
  return {
    name: 'workload',
    mode: modeOf(resource, 'workload'),
    target: targetOf(statefulSet),
    leaves,
    refusal,
    action: writable ? applyTemplate(input, { paths, labels, annotations, leaves }) : undefined,
    needs: [],
    findings: [],
  };
}

function labelLeaves(
  statefulSet: StatefulSet,
  labels: Readonly<Record<string, string>>,
): readonly TemplateLeaf[] {
  const actual = statefulSet.spec.template.metadata?.labels ?? {};
  return Object.entries(labels).map(([key, expected]) => ({
    path: `spec.template.metadata.labels[${key}]`,
    fieldPath: labelPath(key),
    expected,
    actual: actual[key],
  }));
}

function volumeLeaves(statefulSet: StatefulSet, paths: CertificatePaths): readonly TemplateLeaf[] {
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

function mountLeaves(input: WorkloadInput, paths: CertificatePaths): readonly TemplateLeaf[] {
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
function judge(input: WorkloadInput, found: readonly TemplateLeaf[]): readonly WorkloadLeaf[] {
  const { resource, statefulSet } = input;
  const manager = fieldManagerOf(resource);
  const lastInSync = resource.status?.lastInSync?.workload;
  const leaves = found.map(({ path, expected, actual, fieldPath }) => {
    const held = holds(statefulSet, manager, fieldPath);
    const target = targetOf(statefulSet);
    const applyPath = applyPathOf(fieldPath);
    return { target, path, expected, actual, applyPath, fieldPath, wasRight: held, held };
  });
  const seenInSync = lastInSync === fingerprint(leaves);
  const wrote = everApplied(statefulSet, manager);
  return leaves.map(({ held, ...leaf }) => ({
    ...leaf,
    wasRight: lastInSync === undefined ? held : seenInSync,
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
  readonly leaves: readonly WorkloadLeaf[];
}

function applyTemplate(input: WorkloadInput, write: TemplateWrite): ApplyTemplate {
  const { resource, statefulSet, container } = input;
  const { name, namespace, resourceVersion, uid } = statefulSet.metadata;
  const count = write.leaves.filter(differs).length;
  const record = originalTemplate(input, write);
  return {
    kind: 'ApplyTemplate',
    target: { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name },
    stage: 2,
    gates: true,
    reason: `Wire istio-proxy into the pod template: ${count} of ${write.leaves.length} fields differ`,
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
  const ours = write.leaves.filter((leaf) => leaf.appliedBefore);
  const foreignHeld = new Set(
    write.leaves.filter((leaf) => !leaf.appliedBefore && differs(leaf)).map((leaf) => leaf.applyPath),
  );
  return [
    ...new Set([
      ...ours.flatMap((leaf) => (leaf.applyPath === undefined ? [] : [leaf.applyPath])),
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
