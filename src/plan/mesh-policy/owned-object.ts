// An Istio object that is ours as a whole: created under our name, kept equal to what is desired, never adopted.
import { isMap } from '../../api/json-map.ts';
import type { KubernetesObject } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { RESOURCE_LABEL, RESOURCE_UID_ANNOTATION } from '../../api/resource.ts';
import { holdsPath, resourceVersionGuard } from '../kubernetes/managed-fields.ts';
import type { Action } from '../model/action.ts';
import type { Refusal } from '../model/assessment.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { differs, fingerprint, type Field } from '../model/field.ts';
import { fieldManagerOf, ownedNameOf } from '../model/names.ts';

/** What one kind of owned object should hold. Its fields are compared one by one. */
export interface DesiredObject {
  readonly part: 'sidecar' | 'peerAuthentication';
  readonly apiVersion: string;
  readonly kind: 'Sidecar' | 'PeerAuthentication';
  readonly spec: Readonly<Record<string, unknown>>;
  /** False where later stages need not wait for it. */
  readonly gates: boolean;
  /** What it is for, a phrase for reason sentences. */
  readonly purpose: string;
}

export interface OwnedPlan {
  readonly fields: readonly Field[];
  readonly refusal: Refusal | undefined;
  readonly action: Action | undefined;
}

type SpecObject = KubernetesObject & { readonly spec?: Readonly<Record<string, unknown>> };

/** True for an object that a resource of this name created: one surviving mark is enough, all three can drift. */
export function isOurs(object: KubernetesObject, resource: PrometheusIstioScrape): boolean {
  const { labels, annotations } = object.metadata;
  return (
    labels?.[RESOURCE_LABEL] === resource.metadata.name ||
    annotations?.[RESOURCE_UID_ANNOTATION] === resource.metadata.uid ||
    holdsPath(object, fieldManagerOf(resource), ['f:metadata'])
  );
}

/** Compares the live object of our name (if any) with the desired one. */
export function planOwned(
  resource: PrometheusIstioScrape,
  desired: DesiredObject,
  live: SpecObject | undefined,
): OwnedPlan {
  const name = ownedNameOf(resource);
  if (live !== undefined && !isOurs(live, resource)) {
    return {
      fields: [],
      action: undefined,
      refusal: {
        reason: 'NameTaken',
        message: `${desired.kind}/${name} exists and was not created by meshscrape (label ${RESOURCE_LABEL} is missing): give this resource another name, or rename or delete that one`,
        stalled: true,
      },
    };
  }
  const fields = ownedFields(resource, desired, live);
  const action = fields.some(differs) ? write(resource, desired, { live, fields }) : undefined;
  return { fields, refusal: undefined, action };
}

function ownedFields(
  resource: PrometheusIstioScrape,
  desired: DesiredObject,
  live: SpecObject | undefined,
): readonly Field[] {
  const target = `${desired.kind}/${ownedNameOf(resource)}`;
  const base = { target, applyPath: undefined, wasInSync: false };
  const metadata = live?.metadata;
  const fields: Field[] = [
    {
      ...base,
      path: `metadata.labels[${RESOURCE_LABEL}]`,
      fieldPath: ['f:metadata', 'f:labels', `f:${RESOURCE_LABEL}`],
      expected: resource.metadata.name,
      actual: metadata?.labels?.[RESOURCE_LABEL],
    },
    {
      ...base,
      path: `metadata.annotations[${RESOURCE_UID_ANNOTATION}]`,
      fieldPath: ['f:metadata', 'f:annotations', `f:${RESOURCE_UID_ANNOTATION}`],
      expected: resource.metadata.uid,
      actual: metadata?.annotations?.[RESOURCE_UID_ANNOTATION],
    },
    ...Object.entries(desired.spec).map(([key, value]) => ({
      ...base,
      path: `spec.${key}`,
      fieldPath: ['f:spec', `f:${key}`],
      expected: fieldText(value),
      actual: live?.spec?.[key] === undefined ? undefined : fieldText(live.spec[key]),
    })),
    // The whole spec is ours: a foreign field (portLevelMtls, ingress) would change what the object does.
    ...Object.entries(live?.spec ?? {})
      .filter(([key]) => !(key in desired.spec))
      .map(([key, value]) => ({
        ...base,
        path: `spec.${key}`,
        fieldPath: ['f:spec', `f:${key}`],
        expected: undefined,
        actual: fieldText(value),
      })),
  ];
  const expected = fields.filter((field) => field.expected !== undefined);
  const lastInSync = resource.status?.lastInSync?.[desired.part];
  // Where status was lost: an object of ours that exists was in sync when we made it.
  const wasInSync = lastInSync === undefined ? live !== undefined : lastInSync === fingerprint(expected);
  return fields.map((field) => ({ ...field, wasInSync }));
}

interface Existing {
  readonly live: SpecObject | undefined;
  readonly fields: readonly Field[];
}

function write(resource: PrometheusIstioScrape, desired: DesiredObject, existing: Existing): Action {
  const { live, fields } = existing;
  const name = ownedNameOf(resource);
  const { namespace } = resource.metadata;
  const base = {
    target: { apiVersion: desired.apiVersion, kind: desired.kind, namespace, name },
    stage: 1,
    gates: desired.gates,
    fieldManager: fieldManagerOf(resource),
  };
  const metadata = {
    name,
    namespace,
    labels: { 'app.kubernetes.io/managed-by': 'meshscrape', [RESOURCE_LABEL]: resource.metadata.name },
    annotations: { [RESOURCE_UID_ANNOTATION]: resource.metadata.uid },
  };
  const body = { apiVersion: desired.apiVersion, kind: desired.kind, metadata, spec: desired.spec };
  if (live === undefined) {
    return {
      ...base,
      kind: 'ApplyOwned',
      force: false,
      body,
      reason: `Create ${desired.kind} ${desired.purpose}`,
    };
  }
  const paths = fields.filter(differs).map((field) => field.path);
  const reason = `Correct ${paths.join(', ')} of ${desired.kind} ${desired.purpose}`;
  // Server-side apply cannot take away what another manager added inside our spec: the whole spec is set instead.
  if (!isSubset(live.spec, desired.spec)) {
    return {
      ...base,
      kind: 'PatchObject',
      release: false,
      reason,
      operations: [resourceVersionGuard(live), { op: 'add', path: '/spec', value: desired.spec }],
    };
  }
  const { uid, resourceVersion } = live.metadata;
  return {
    ...base,
    kind: 'ApplyOwned',
    force: true,
    reason,
    body: { ...body, metadata: { ...metadata, uid, resourceVersion } },
  };
}

/** True if `actual` holds no key, at any depth of maps, that `desired` does not hold. */
function isSubset(actual: unknown, desired: unknown): boolean {
  if (!isMap(actual)) return true;
  if (!isMap(desired)) return false;
  return Object.entries(actual).every(([key, value]) => key in desired && isSubset(value, desired[key]));
}

function fieldText(value: unknown): string {
  return typeof value === 'string' ? value : canonicalJson(value);
}

/** The refusal of an object whose kind the API server does not know. */
export function notInstalled(crd: string): Refusal {
  const message = `the CRD ${crd} is not installed; it is looked for again by itself`;
  return { reason: 'IstioNotInstalled', message, stalled: 'Later' };
}
