// Whether the namespace of Istio exists at all: a wrong one would leave the proxy without a Service to see, and so without
// renewal. Looked at only where the controller may.
import { NOTHING, type Assessment } from '../model/assessment.ts';
import { answerTo, type NeedOf } from '../model/reads.ts';
import type { Snapshot } from '../model/snapshot.ts';

export function assessIstioNamespace({ resource, reads }: Snapshot): Assessment {
  const { namespace } = resource.spec.istio;
  const need: NeedOf<'Namespace'> = { kind: 'Namespace', namespace };
  const seen = answerTo(reads, need);
  if (seen === undefined) return { ...NOTHING, needs: [need] };
  if (seen.kind !== 'absent') return NOTHING;
  const message = `spec.istio.namespace is ${namespace}, and there is no such namespace: name the one in which istiod runs`;
  return { ...NOTHING, refusal: { reason: 'IstioNamespaceNotFound', message, stalled: 'Later' } };
}
