// The one write that wires a pod template: the body, what it may force, and the record of what it replaces.
import type { KubernetesObject, Labels } from '../../api/kubernetes.ts';
import { ORIGINAL_TEMPLATE_ANNOTATION } from '../../api/resource.ts';
import { refOf } from '../../api/write.ts';
import { recordRefusal } from '../kubernetes/annotations.ts';
import type { ApplyTemplate } from '../model/action.ts';
import type { Refusal } from '../model/assessment.ts';
import type { CertificatePaths } from '../model/desired.ts';
import { spelledIn } from '../kubernetes/mounts.ts';
import { differs } from '../model/field.ts';
import { fieldManagerOf } from '../model/names.ts';
import type { Subject } from '../model/subject.ts';
import { conflictAdvice } from './foreign-advice.ts';
import { PLAIN_ANNOTATIONS, type AnnotationPlan } from './template-annotations.ts';
import type { WorkloadField } from './template-field.ts';
import { recordTemplate } from './template-record.ts';

export interface TemplateWrite {
  readonly paths: CertificatePaths;
  readonly labels: Labels;
  readonly annotations: AnnotationPlan;
  readonly fields: readonly WorkloadField[];
  /** See TemplateRecord. */
  readonly upAt: string | undefined;
}

export function applyTemplate(subject: Subject, write: TemplateWrite): ApplyTemplate {
  const { snapshot, workload } = subject;
  const { resource } = snapshot;
  const { apiVersion, kind } = workload.object;
  const { name, namespace, resourceVersion, uid } = workload.object.metadata;
  const count = write.fields.filter(differs).length;
  const record = originalTemplate(subject, write);
  return {
    kind: 'ApplyTemplate',
    target: refOf(workload.object),
    stage: 2,
    gates: true,
    reason: `Wire istio-proxy into the pod template: ${count} of ${write.fields.length} fields differ`,
    fieldManager: fieldManagerOf(resource),
    forceable: resource.spec.conflictPolicy === 'Force' ? 'all' : forceable(write),
    onConflict: conflictAdvice(subject, write.fields),
    resourceVersion,
    body: {
      apiVersion,
      kind,
      metadata: {
        name,
        namespace,
        uid,
        ...(record === undefined ? {} : { annotations: { [ORIGINAL_TEMPLATE_ANNOTATION]: record } }),
      },
      spec: { template: templateBody(subject, write) },
    },
  };
}

/** Why there is no room for the record, which is written with the template; nothing differs: nothing is written. */
export function templateRecordRefusal(subject: Subject, write: TemplateWrite): Refusal | undefined {
  const record = write.fields.some(differs) ? originalTemplate(subject, write) : undefined;
  const { object } = subject.workload;
  if (record === undefined) return undefined;
  const shrink = 'make the annotations of the pod template shorter';
  return recordRefusal(object, { key: ORIGINAL_TEMPLATE_ANNOTATION, value: record, shrink });
}

function templateBody({ container }: Subject, { paths, labels, annotations }: TemplateWrite): object {
  const { volumeName } = paths;
  const mountPath = spelledIn(container, paths.mountPath);
  return {
    metadata: { labels, annotations: annotations.values },
    spec: {
      containers: [{ name: container.name, volumeMounts: [{ name: volumeName, mountPath, readOnly: true }] }],
      volumes: [{ name: volumeName, emptyDir: { medium: 'Memory' } }],
    },
  };
}

/** Fields that may be taken from another manager: those we applied before, and merges that keep what is foreign. */
function forceable({ fields, annotations: { merged } }: TemplateWrite): readonly string[] {
  const ours = fields.filter((field) => field.appliedBefore).flatMap(({ applyPath }) => applyPath ?? []);
  return [...new Set([...ours, ...merged])];
}

/** The stored record as it is, or a new one: the first original wins. A lost one stays lost: what is set there is ours. */
function originalTemplate(
  { snapshot, workload, container }: Subject,
  write: TemplateWrite,
): string | undefined {
  const stored = workload.object.metadata.annotations?.[ORIGINAL_TEMPLATE_ANNOTATION];
  if (stored !== undefined) return stored;
  if (everApplied(workload.object, fieldManagerOf(snapshot.resource))) return undefined;
  const record = recordTemplate(workload.template, container, {
    labels: Object.keys(write.labels),
    // All that we might ever write: what is not recorded counts as absent before.
    annotations: [...new Set([...Object.keys(PLAIN_ANNOTATIONS), ...Object.keys(write.annotations.values)])],
    volumeName: write.paths.volumeName,
    mountPath: spelledIn(container, write.paths.mountPath),
  });
  return JSON.stringify({ ...record, ...(write.upAt === undefined ? {} : { upAt: write.upAt }) });
}

/** True if an entry of ours is in managedFields, whatever it holds. */
export function everApplied({ metadata }: KubernetesObject, manager: string): boolean {
  return (metadata.managedFields ?? []).some((entry) => entry.manager === manager);
}
