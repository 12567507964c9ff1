// A situation: what was seen and what came of the writes, which condition must tell it, and what kstatus makes of that.
// Also the stages of a story that situations start from.
import type { ConditionType } from '../../../src/api/conditions.ts';
import type { ConfigMap, StatefulSet } from '../../../src/api/kubernetes.ts';
import type { ReasonName } from '../../../src/api/reasons.ts';
import type { DriftedField } from '../../../src/plan/drift/drift.ts';
import type { Action } from '../../../src/plan/model/action.ts';
import type { Outcome } from '../../../src/plan/model/outcome.ts';
import type { PrometheusSeen } from '../../../src/plan/model/prometheus-seen.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { present, reads, type Answers } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { owned } from '../../support/owned-objects.ts';
import { podOf } from '../../support/pod.ts';
import type { SnapshotOptions } from '../../support/snapshot.ts';
import { statefulSet, wired } from '../../support/stateful-set.ts';
import type { Kstatus } from '../../support/kstatus.ts';
import { REWRITTEN_YAML } from '../../support/world.ts';

export interface Situation {
  readonly name: string;
  /** The condition that carries the reason, and its status. */
  readonly on: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  /** Of the whole resource. */
  readonly kstatus: Kstatus;
  readonly seen: SnapshotOptions;
  /** What came of the plan's actions; nothing was written where unset. */
  readonly outcomes?: (plan: Plan) => readonly Outcome[];
  /** What was put right before `seen`. */
  readonly corrected?: readonly DriftedField[];
}

/** By the reason that each of them produces. */
export type Situations = Readonly<Partial<Record<ReasonName, readonly Situation[]>>>;

export const UNREADABLE = { kind: 'unreadable', message: 'get: forbidden' } as const;

export const ABSENT = { kind: 'absent' } as const;

/** Sidecar and PeerAuthentication stand. */
export const policies: SnapshotOptions = {
  peerAuthentications: present([owned('PeerAuthentication')]),
  sidecars: present([owned('Sidecar')]),
};

/** The legacy world: nothing wired, the pod without a proxy. */
export const legacy: SnapshotOptions = { reads: reads({ pods: [podOf(statefulSet(), { proxy: 'none' })] }) };

/** Mesh policy and a StatefulSet, its pod made from its template; `more` is laid over what is read. */
export function rolled(of: StatefulSet = wired(), more: Parameters<typeof reads>[0] = {}): SnapshotOptions {
  return { ...policies, statefulSet: of, reads: reads({ statefulSet: of, ...more }) };
}

/** The same with a ConfigMap of our making or another. */
export function configured(config: ConfigMap | string, of: StatefulSet = wired()): SnapshotOptions {
  const object = typeof config === 'string' ? configMap(config) : config;
  return rolled(of, { configMaps: { prometheus: present(object) } });
}

/** Stages 1 to 4 are done; the pod has no address, so nobody can ask Prometheus. */
export const ready = configured(REWRITTEN_YAML);

/** Stages 1 to 4 are done, and this is what Prometheus says. */
export function asked(answer: Partial<PrometheusSeen & { kind: 'answered' }>, of = wired()): SnapshotOptions {
  const pod = podOf(of);
  const seen: Answers = reads({
    statefulSet: of,
    pods: [{ ...pod, status: { ...pod.status, podIP: '10.0.0.7' } }],
    configMaps: { prometheus: present(configMap(REWRITTEN_YAML)) },
    proxyAgents: { 'prometheus-0': { kind: 'silent', message: 'ECONNREFUSED' } },
    prometheus: {
      'prometheus-0': {
        kind: 'answered',
        config: REWRITTEN_YAML,
        reloadSucceeded: true,
        configLoadedMs: undefined,
        pools: ['kubernetes-pods-istio-secure'],
        targets: [],
        ...answer,
      },
    },
  });
  return { ...policies, statefulSet: of, reads: seen };
}

/** The plan's action on an object of that kind. */
export function actionOn({ actions }: Plan, kind: string): Action {
  const found = actions.find(({ target }) => target.kind === kind);
  if (found === undefined) throw new Error(`the plan has no action on ${kind}`);
  return found;
}
