// The worlds that tests of the whole plan start from, and what they ask of it.
import type { StatefulSet } from '../../src/api/kubernetes.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { present, reads } from '../support/answers.ts';
import { configMap } from '../support/config-map.ts';
import { owned } from '../support/owned-objects.ts';
import { podOf } from '../support/pod.ts';
import type { SnapshotOptions } from '../support/snapshot.ts';
import { statefulSet, wired } from '../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../support/world.ts';

export const legacy = statefulSet();
export const done = wired();
export const oldPod = podOf(legacy, { proxy: 'none' });
export const policies = {
  peerAuthentications: present([owned('PeerAuthentication')]),
  sidecars: present([owned('Sidecar')]),
};
export const rewritten = { configMaps: { prometheus: present(configMap(REWRITTEN_YAML)) } };

/** `ApplyTemplate StatefulSet/prometheus`. */
export const actions = ({ actions }: Plan) => actions.map(({ kind, target }) => `${kind} ${target.kind}`);
/** What each target waits for. */
export const waits = ({ pending }: Plan) =>
  Object.fromEntries(pending.map(({ field, waitingFor }) => [field.target.split('/')[0], waitingFor]));

/** The template as it is once the write has been seen and the pod is new. */
export const rolled = (of: StatefulSet = done): SnapshotOptions => ({
  ...policies,
  statefulSet: of,
  reads: reads({ statefulSet: of }),
});
