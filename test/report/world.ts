// Snapshots that most tests of reports begin with, from nothing to everything, and the report that comes of one.
import type { ConfigMap, StatefulSet } from '../../src/api/kubernetes.ts';
import type { Condition } from '../../src/api/prometheus-istio-scrape.gen.ts';
import type { DriftedField } from '../../src/plan/drift/drift.ts';
import type { Action } from '../../src/plan/model/action.ts';
import type { Outcome } from '../../src/plan/model/outcome.ts';
import type { PrometheusSeen } from '../../src/plan/model/prometheus-seen.ts';
import type { Refusal } from '../../src/plan/model/assessment.ts';
import { halted, plan, type Plan } from '../../src/plan/plan.ts';
import { conditionsOf } from '../../src/report/conditions.ts';
import { triedOutcomes, type Report } from '../../src/report/report.ts';
import { present, reads, type Answers } from '../support/answers.ts';
import { configMap } from '../support/config-map.ts';
import { entry, OUR_FIELDS } from '../support/managed-fields.ts';
import { owned } from '../support/owned-objects.ts';
import { podOf } from '../support/pod.ts';
import { MANAGER, scrape } from '../support/scrape.ts';
import { snapshot, type SnapshotOptions } from '../support/snapshot.ts';
import { statefulSet, wired } from '../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../support/world.ts';

export const NOW = '2026-03-01T12:00:00Z';
export const LATER = '2026-03-01T13:00:00Z';

export const UNREADABLE = { kind: 'unreadable', message: 'get: forbidden' } as const;

export const ABSENT = { kind: 'absent' } as const;

/** Sidecar and PeerAuthentication exist. */
export const policies: SnapshotOptions = {
  peerAuthentications: present([owned('PeerAuthentication')]),
  sidecars: present([owned('Sidecar')]),
};

/** Its generation was evaluated long ago, so that the grace for what other objects may bring is over. */
export const seenLongAgo: SnapshotOptions = { resource: scrape({}, { status: { observedGeneration: 1 } }) };

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

/** We wired it once; somebody took the label out. */
export function driftedTemplate(status = statefulSet().status): StatefulSet {
  return wired({
    metadata: { managedFields: [entry(MANAGER, OUR_FIELDS)] },
    labels: { 'sidecar.istio.io/inject': 'false' },
    status,
  });
}

/** The plan's action on an object of that kind. */
export function actionOn({ actions }: Plan, kind: string): Action {
  const found = actions.find(({ target }) => target.kind === kind);
  if (found === undefined) throw new Error(`the plan has no action on ${kind}`);
  return found;
}

/** The API server or admission refuses the plan's action on an object of that kind. */
export function refused(kind: string, forbidden: boolean): (made: Plan) => readonly Outcome[] {
  return (made) => [{ kind: 'Refused', action: actionOn(made, kind), forbidden, message: 'no' }];
}

/** Another manager holds a field of the StatefulSet. */
export function conflict(made: Plan): readonly Outcome[] {
  const action = actionOn(made, 'StatefulSet');
  return [{ kind: 'Conflict', action, conflicts: [{ manager: 'helm', path: '.spec.x' }] }];
}

export interface Reconciled {
  readonly seen?: SnapshotOptions;
  /** What came of the plan's actions; nothing was written where unset. */
  readonly outcomes?: ((plan: Plan) => readonly Outcome[]) | undefined;
  /** What was corrected before `seen`. */
  readonly corrected?: readonly DriftedField[] | undefined;
  readonly now?: string;
  /** What keeps everything from being evaluated, in place of what is planned. */
  readonly halt?: Refusal;
  readonly isConfigBack?: boolean;
}

/** The report of a reconciliation that saw this. */
export function reportAfter({ seen = {}, outcomes, corrected = [], now = NOW, ...undo }: Reconciled): Report {
  const at = snapshot(seen);
  const { halt, isConfigBack = false } = undo;
  const made = halt === undefined ? plan(at) : halted(halt, 0);
  const shared = { resource: at.resource, plan: made, corrected, now, isConfigBack };
  return { ...shared, outcomes: [...(outcomes?.(made) ?? []), ...triedOutcomes(made.trials)] };
}

/** The condition of that type. */
export function conditionAfter(reconciled: Reconciled, type: string): Condition | undefined {
  return conditionsOf(reportAfter(reconciled)).find((each) => each.type === type);
}

/** Each condition as `status reason`, by its type. */
export function saidBy(conditions: readonly Condition[]): Readonly<Record<string, string>> {
  return Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
}
