// The workload part: every field of the pod template, what is in the way, and the one write that wires it.
// When to write is decided by stage.ts.
import { applyPathOf, holdsPath } from '../kubernetes/managed-fields.ts';
import { partModeOf } from '../model/desired.ts';
import { differs, fingerprint } from '../model/field.ts';
import { fieldManagerOf } from '../model/names.ts';
import type { PartPlan } from '../model/part.ts';
import type { Subject } from '../model/subject.ts';
import { desiredLabels } from './labels.ts';
import { placeRefusal } from './refusals.ts';
import { planAnnotations } from './template-annotations.ts';
import type { TemplateField, WorkloadField } from './template-field.ts';
import { at, labelPath, mountPath, volumePath } from './template-paths.ts';
import { applyTemplate, everApplied } from './template-write.ts';

/** Evaluates the pod template field by field. */
export function planWorkload(subject: Subject): PartPlan {
  const { workload } = subject;
  const { resource } = subject.snapshot;
  const { paths } = subject;
  const labels = desiredLabels(resource);
  const annotations = planAnnotations(workload.template.metadata?.annotations ?? {}, paths);
  const fields = evaluateFields(subject, [
    ...labelFields(subject),
    ...annotations.fields,
    ...volumeFields(subject),
    ...mountFields(subject),
  ]);
  const refusal = annotations.refusal ?? placeRefusal(subject, paths, fields);
  const isWritable = refusal === undefined && fields.some(differs);
  return {
    name: 'workload',
    mode: partModeOf(resource, 'workload'),
    target: workload.target,
    fields,
    refusal,
    action: isWritable ? applyTemplate(subject, { paths, labels, annotations, fields }) : undefined,
    needs: [],
    findings: [],
  };
}

function labelFields({ snapshot, workload }: Subject): readonly TemplateField[] {
  const actual = workload.template.metadata?.labels ?? {};
  return Object.entries(desiredLabels(snapshot.resource)).map(([key, expected]) => ({
    path: labelPath(key),
    expected,
    actual: actual[key],
  }));
}

/** Our manager holds the whole `emptyDir`; people read of its medium. */
function volumeFields({ paths, workload }: Subject): readonly TemplateField[] {
  const { volumeName } = paths;
  const volume = workload.template.spec.volumes?.find(({ name }) => name === volumeName);
  const { text, fieldPath } = at(volumePath(volumeName), 'emptyDir');
  return [
    {
      path: { text: `${text}.medium`, fieldPath },
      expected: 'Memory',
      actual: volume === undefined ? undefined : (volume.emptyDir?.medium ?? ''),
    },
  ];
}

function mountFields({ paths, container }: Subject): readonly TemplateField[] {
  const mount = container.volumeMounts?.find((each) => each.mountPath === paths.mountPath);
  const path = mountPath(container.name, paths.mountPath);
  return [
    { path: at(path, 'name'), expected: paths.volumeName, actual: mount?.name },
    {
      path: at(path, 'readOnly'),
      expected: 'true',
      actual: mount === undefined ? undefined : String(mount.readOnly ?? false),
    },
  ];
}

/** Drift is what was last seen in sync; where status was lost, what our manager holds. */
function evaluateFields(
  { snapshot, workload }: Subject,
  found: readonly TemplateField[],
): readonly WorkloadField[] {
  const { resource } = snapshot;
  const { object, target } = workload;
  const manager = fieldManagerOf(resource);
  const lastInSync = resource.status?.lastInSync?.workload;
  const fields = found.map(({ path: { text, fieldPath }, expected, actual }) => {
    const held = holdsPath(object, manager, fieldPath);
    const applyPath = applyPathOf(fieldPath);
    return { target, path: text, expected, actual, applyPath, fieldPath, wasInSync: held, held };
  });
  const seenInSync = lastInSync === fingerprint(fields);
  const wrote = everApplied(object, manager);
  return fields.map(({ held, ...field }) => ({
    ...field,
    wasInSync: lastInSync === undefined ? held : seenInSync,
    // Without an entry of ours we never applied anything here: equal values were another manager's own.
    appliedBefore: held || (seenInSync && wrote),
  }));
}
