// An Istio object that is ours as a whole: created under our name, kept equal to what we want, never adopted. Pure.
import type { KubernetesObject } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { isMap } from '../kubernetes/json-map.ts';
import { holds, resourceVersionGuard } from '../kubernetes/managed-fields.ts';
import type { Action } from '../model/action.ts';
import { differs, fingerprint, type Field } from '../model/field.ts';
import { fieldManagerOf, ownedNameOf, RESOURCE_LABEL, RESOURCE_UID_ANNOTATION } from '../model/names.ts';
import type { Refusal } from '../model/part.ts';

/** What one kind of owned object should hold. Its leaves are compared one by one. */
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
    holds(object, fieldManagerOf(resource), ['f:metadata'])
  );
}

/** Compares the live object of our name (if any) with the wish. */
export function planOwned(
  resource: PrometheusIstioScrape,
  wish: DesiredObject,
  live: SpecObject | undefined,
): OwnedPlan {
  const name = ownedNameOf(resource);
  if (live !== undefined && !isOurs(live, resource)) {
    return {
      fields: [],
      action: undefined,
      refusal: {
        reason: 'NameTaken',
        message: `${wish.kind}/${name} exists and was not created by meshscrape (label ${RESOURCE_LABEL} is missing): rename or delete it, or rename this resource`,
        stalled: true,
      },
    };
  }
  const fields = ownedFields(resource, wish, live);
  const action = fields.some(differs) ? write(resource, wish, { live, fields }) : undefined;
  return { fields, refusal: undefined, action };
}

function ownedFields(
  resource: PrometheusIstioScrape,
  wish: DesiredObject,
  live: SpecObject | undefined,
): readonly Field[] {
  const target = `${wish.kind}/${ownedNameOf(resource)}`;
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
    ...Object.entries(wish.spec).map(([key, value]) => ({
      ...base,
      path: `spec.${key}`,
      fieldPath: ['f:spec', `f:${key}`],
      expected: canonical(value),
      actual: live?.spec?.[key] === undefined ? undefined : canonical(live.spec[key]),
    })),
    // The whole spec is ours: a foreign field (portLevelMtls, ingress) would change what the object does.
    ...Object.entries(live?.spec ?? {})
      .filter(([key]) => !(key in wish.spec))
      .map(([key, value]) => ({
        ...base,
        path: `spec.${key}`,
        fieldPath: ['f:spec', `f:${key}`],
        expected: undefined,
        actual: canonical(value),
      })),
  ];
  const wanted = fields.filter((field) => field.expected !== undefined);
  const lastInSync = resource.status?.lastInSync?.[wish.part];
  // Where status was lost: an object of ours that stands was right when we made it.
  const wasInSync = lastInSync === undefined ? live !== undefined : lastInSync === fingerprint(wanted);
  return fields.map((field) => ({ ...field, wasInSync }));
}

/** JSON with sorted keys: two equal specs read the same whatever order the API server gives. */
function canonical(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

interface Standing {
  readonly live: SpecObject | undefined;
  readonly fields: readonly Field[];
}

function write(resource: PrometheusIstioScrape, wish: DesiredObject, standing: Standing): Action {
  const { live, fields } = standing;
  const name = ownedNameOf(resource);
  const { namespace } = resource.metadata;
  const base = {
    target: { apiVersion: wish.apiVersion, kind: wish.kind, namespace, name },
    stage: 1,
    gates: wish.gates,
    fieldManager: fieldManagerOf(resource),
  };
  const metadata = {
    name,
    namespace,
    labels: { 'app.kubernetes.io/managed-by': 'meshscrape', [RESOURCE_LABEL]: resource.metadata.name },
    annotations: { [RESOURCE_UID_ANNOTATION]: resource.metadata.uid },
  };
  const body = { apiVersion: wish.apiVersion, kind: wish.kind, metadata, spec: wish.spec };
  if (live === undefined) {
    return { ...base, kind: 'ApplyOwned', force: false, body, reason: `Create ${wish.kind} ${wish.purpose}` };
  }
  const paths = fields.filter(differs).map((field) => field.path);
  const reason = `Put right ${paths.join(', ')} of ${wish.kind} ${wish.purpose}`;
  // Server-side apply cannot take away what another manager added inside our spec: the whole spec is set instead.
  if (!isSubset(live.spec, wish.spec)) {
    return {
      ...base,
      kind: 'PatchObject',
      release: false,
      reason,
      operations: [resourceVersionGuard(live), { op: 'add', path: '/spec', value: wish.spec }],
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

/** True if `actual` holds no key, at any depth of maps, that `wanted` does not hold. */
function isSubset(actual: unknown, wanted: unknown): boolean {
  if (!isMap(actual)) return true;
  if (!isMap(wanted)) return false;
  return Object.entries(actual).every(([key, value]) => key in wanted && isSubset(value, wanted[key]));
}
