// The workload part: every field of the pod template, what is in the way, and the one write that wires it.
// When to write is decided by stage.ts.
import { applyPathOf, bearsOurMark, holdsPath } from '../kubernetes/managed-fields.ts';
import { spelledIn } from '../kubernetes/mounts.ts';
import { partModeOf } from '../model/desired.ts';
import { differs, fingerprint } from '../model/field.ts';
import { fieldManagerOf } from '../model/names.ts';
import type { PartPlan } from '../model/part.ts';
import type { Subject } from '../model/subject.ts';
import { ignoredAnnotation, plainAnnotations } from './inject-annotation.ts';
import { desiredLabels } from './labels.ts';
import { mergeRefusal, placeRefusal } from './refusals.ts';
import { planAnnotations } from './template-annotations.ts';
import type { TemplateField, WorkloadField } from './template-field.ts';
import { at, labelPath, mountPath, volumePath } from './template-paths.ts';
import { applyTemplate, everApplied, templateRecordRefusal } from './template-write.ts';
import { lateFields, upgradeFindings } from './upgrade.ts';

/** Evaluates the pod template field by field. `upAt`: see TemplateRecord. */
export function planWorkload(subject: Subject, upAt?: string): PartPlan {
  const { workload } = subject;
  const { resource } = subject.snapshot;
  const { paths } = subject;
  const labels = desiredLabels(resource);
  const actual = workload.template.metadata?.annotations ?? {};
  const annotations = planAnnotations(actual, paths, plainAnnotations(subject));
  const { fields: base, late } = evaluateFields(subject, [
    ...labelFields(subject),
    ...annotations.fields,
    ...volumeFields(subject),
    ...mountFields(subject),
  ]);
  // Something else is to be written anyway: then what is late comes along.
  const isDue = base.some(differs);
  const fields = isDue ? [...base, ...late] : base;
  const write = { paths, labels, annotations, fields, upAt };
  const refusal =
    mergeRefusal(subject, annotations) ??
    placeRefusal(subject, fields) ??
    templateRecordRefusal(subject, write);
  const isWritable = refusal === undefined && fields.some(differs);
  return {
    name: 'workload',
    mode: partModeOf(resource, 'workload'),
    target: workload.target,
    fields,
    refusal,
    action: isWritable ? applyTemplate(subject, write) : undefined,
    needs: [],
    findings: [...upgradeFindings(subject, isDue ? [] : late), ...ignoredAnnotation(subject, annotations)],
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
  const spelled = spelledIn(container, paths.mountPath);
  const mount = container.volumeMounts?.find((each) => each.mountPath === spelled);
  const path = mountPath(container.name, spelled);
  return [
    { path: at(path, 'name'), expected: paths.volumeName, actual: mount?.name },
    {
      path: at(path, 'readOnly'),
      expected: 'true',
      actual: mount === undefined ? undefined : String(mount.readOnly ?? false),
    },
  ];
}

interface TemplateEvaluation {
  readonly fields: readonly WorkloadField[];
  /** What only this version adds to a template that works. */
  readonly late: readonly WorkloadField[];
}

/** Drift is what was last seen in sync; where status was lost, what our manager holds. */
function evaluateFields(
  { snapshot, workload }: Subject,
  found: readonly TemplateField[],
): TemplateEvaluation {
  const { resource } = snapshot;
  const { object, target } = workload;
  const manager = fieldManagerOf(resource);
  const lastInSync = resource.status?.lastInSync?.workload;
  const all = found.map(({ path: { text, fieldPath }, expected, actual }) => {
    const held = holdsPath(object, manager, fieldPath);
    const applyPath = applyPathOf(fieldPath);
    return { target, path: text, expected, actual, applyPath, fieldPath, wasInSync: held, held };
  });
  const late = lateFields(all, { lastInSync, isMarked: bearsOurMark(object) });
  const known = all.filter((field) => !late.includes(field));
  const seenInSync = lastInSync === fingerprint(known);
  const wrote = everApplied(object, manager);
  return {
    fields: known.map(({ held, ...field }) => ({
      ...field,
      wasInSync: lastInSync === undefined ? held : seenInSync,
      // Without an entry of ours we never applied anything here: equal values were another manager's own.
      appliedBefore: held || (seenInSync && wrote),
    })),
    late: late.map(({ held, ...field }) => ({ ...field, appliedBefore: held })),
  };
}
