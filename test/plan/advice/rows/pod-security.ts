// Advice about pods that Pod Security would refuse, and about rollouts that wait for a person.
import type { StatefulSet } from '../../../../src/api/kubernetes.ts';
import { present } from '../../../support/answers.ts';
import { enforced, valuesOf } from '../../../support/pod-security.ts';
import { podOf } from '../../../support/pod.ts';
import type { SnapshotOptions } from '../../../support/snapshot.ts';
import { statefulSet, wired } from '../../../support/stateful-set.ts';
import { policies } from '../../../report/world.ts';
import { answer, both, namespace, podsAre, template, workload, type Change } from '../changes.ts';
import type { Advice, AdviceRow } from '../row.ts';
import { legacyWith } from '../worlds.ts';

const ENFORCE = 'pod-security.kubernetes.io/enforce';
const SECCOMP = 'set securityContext.seccompProfile.type of the pod template to RuntimeDefault';
const LABEL = `label Namespace/app-metrics ${ENFORCE}=privileged`;
const CNI = "let Istio's CNI plugin do the redirection (pilot.cni.enabled)";

const values = (cni: boolean) => ({ pilot: { cni: { enabled: cni } } });
const privileged = namespace({ [ENFORCE]: 'privileged' });
const profile = template(({ spec, ...rest }) => ({
  ...rest,
  spec: { ...spec, securityContext: { seccompProfile: { type: 'RuntimeDefault' } } },
}));
const NEED = {
  kind: 'InjectorConfigMap',
  namespace: 'istio-system',
  name: 'istio-sidecar-injector',
} as const;
const cni: Change = answer(
  [`InjectorConfigMap ${JSON.stringify({ name: NEED.name, namespace: NEED.namespace })}`],
  NEED,
  () => valuesOf(values(true)).injectorConfigMaps['istio-sidecar-injector'],
);

function refused(level: string, hasCni: boolean, ...advice: [Advice, ...Advice[]]): AdviceRow {
  return {
    code: 'PodWouldBeRefused',
    name: `the namespace enforces ${level}, ${hasCni ? 'with' : 'without'} the CNI plugin`,
    seen: legacyWith(statefulSet(), { ...enforced(level), ...valuesOf(values(hasCni)) }),
    advice,
  };
}

const old = podOf(statefulSet(), { proxy: 'none' });
const stuck = podOf(statefulSet(), {
  proxy: 'none',
  conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-03-01T11:00:00Z' }],
});
const made = podsAre(['Pod/prometheus-0'], [podOf(wired())]);

function rolling(spec: Partial<StatefulSet['spec']>, pod = old): SnapshotOptions {
  const of = wired({ spec });
  return { ...policies, ...legacyWith(of, { pods: [pod], podsOfNamespace: present([pod]) }) };
}

export const POD_ADVICE: readonly AdviceRow[] = [
  refused('baseline', false, { words: LABEL, change: privileged }, { words: `or ${CNI}`, change: cni }),
  refused(
    'restricted',
    true,
    { words: SECCOMP, change: profile },
    { words: `or ${LABEL}`, change: privileged },
  ),
  refused(
    'restricted',
    false,
    { words: LABEL, change: privileged },
    { words: `or ${CNI} and ${SECCOMP}`, change: both(cni, profile) },
  ),
  {
    code: 'RolloutOnDelete',
    name: 'nobody deletes the old pod',
    seen: rolling({ updateStrategy: { type: 'OnDelete' } }),
    advice: [
      {
        words: 'delete the pod yourself when it suits you (kubectl delete pod -n app-metrics prometheus-0)',
        change: made,
      },
    ],
  },
  {
    code: 'RolloutPartitioned',
    name: 'the old pod is below the partition',
    seen: rolling({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } }),
    advice: [
      {
        words: 'lower it to let the pods be replaced',
        change: workload((spec) => ({ ...spec, updateStrategy: { type: 'RollingUpdate' } }), {}),
      },
    ],
  },
  {
    code: 'RolloutBlocked',
    name: 'the old pod is not ready',
    seen: rolling({}, stuck),
    advice: [{ words: 'kubectl delete pod -n app-metrics prometheus-0', change: made }],
  },
];
