// The pod template as our write leaves it, and the pod that the workload's controller would make of it.
import type { Container, PodTemplate, Volume } from '../../api/kubernetes.ts';
import { holdsPath } from '../kubernetes/managed-fields.ts';
import { spelledIn } from '../kubernetes/mounts.ts';
import { fieldManagerOf } from '../model/names.ts';
import type { NextPod } from '../model/pod-admission.ts';
import type { Subject } from '../model/subject.ts';
import { plainAnnotations } from './inject-annotation.ts';
import { desiredLabels } from './labels.ts';
import { planAnnotations } from './template-annotations.ts';
import { labelPath } from './template-paths.ts';

/** Labels of ours that are no longer desired go; what is not ours stays. */
export function templateAsWritten(subject: Subject): PodTemplate {
  const { snapshot, workload, container, paths } = subject;
  const { metadata, spec } = workload.template;
  const manager = fieldManagerOf(snapshot.resource);
  const labels = Object.entries(metadata?.labels ?? {}).filter(
    ([key]) => !holdsPath(workload.object, manager, labelPath(key).fieldPath),
  );
  const annotations = metadata?.annotations ?? {};
  const { volumeName } = paths;
  const mountPath = spelledIn(container, paths.mountPath);
  const mount = { name: volumeName, mountPath, readOnly: true };
  const withMount = (each: Container): Container => ({
    ...each,
    volumeMounts: [...(each.volumeMounts ?? []).filter((other) => other.mountPath !== mountPath), mount],
  });
  return {
    metadata: {
      labels: { ...Object.fromEntries(labels), ...desiredLabels(snapshot.resource) },
      annotations: {
        ...annotations,
        ...planAnnotations(annotations, paths, plainAnnotations(subject)).values,
      },
    },
    spec: {
      ...spec,
      containers: spec.containers.map((each) => (each.name === container.name ? withMount(each) : each)),
      volumes: [
        ...(spec.volumes ?? []).filter(({ name }) => name !== volumeName),
        { name: volumeName, emptyDir: { medium: 'Memory' } },
      ],
    },
  };
}

/**
 * Without blockOwnerDeletion, for which some clusters ask for a permission of its own. The name of a claim plays no part in
 * admission: that of the first pod will do.
 */
export function nextPod({ workload }: Subject, template: PodTemplate): NextPod {
  const { apiVersion, kind, metadata } = workload.object;
  const { name, namespace, uid } = metadata;
  const claims = workload.claimedVolumes.map((claim): Volume => ({
    name: claim,
    persistentVolumeClaim: { claimName: `${claim}-${name}-0` },
  }));
  const declared = (template.spec.volumes ?? []).filter(
    (volume) => !workload.claimedVolumes.includes(volume.name),
  );
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${name}-`,
      namespace,
      ...template.metadata,
      ownerReferences: [{ apiVersion, kind, name, uid, controller: true }],
    },
    spec: { ...template.spec, volumes: [...declared, ...claims] },
  };
}
