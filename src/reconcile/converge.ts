// Observe, plan, apply, again until the plan asks for nothing more: a few rounds in one reconciliation, so that one status
// shows all. The last plan was always made after the last write.
import type { ConfigMap, KubernetesObject } from '../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import { byTime, type DriftedField } from '../plan/drift/drift.ts';
import type { Field } from '../plan/model/field.ts';
import { keyOfResource } from '../plan/model/names.ts';
import type { Outcome } from '../plan/model/outcome.ts';
import { withAnswer, withoutAnswers, type Reads } from '../plan/model/reads.ts';
import { plan, type Plan } from '../plan/plan.ts';
import { applyAll } from './apply.ts';
import type { ReconcileContext } from './context.ts';
import type { Convergence } from './convergence.ts';
import { cachedView } from './observe.ts';
import { planWithReads } from './plan-with-reads.ts';

/** Mesh policy and template, then config, then a proof that nothing is left; one to spare for a lost race. */
const ROUNDS_MAX = 4;

/** Brings one resource as far as it can be brought now. */
export async function converge(
  resource: PrometheusIstioScrape,
  context: ReconcileContext,
): Promise<Convergence> {
  const { cluster, finalizer } = context;
  const drifted = new Map<string, DriftedField>();
  const written: Outcome[] = [];
  let outcomes: readonly Outcome[] = [];
  let known: Reads = {};
  let reloadAsked = false;
  for (let round = 1; ; round += 1) {
    const current = cluster.resource(keyOfResource(resource)) ?? resource;
    const view = cachedView(cluster, current);
    const { plan: made, reads } = await planWithReads({ context, view, known, reloadAsked, plan });
    const failed = outcomes.some(({ kind }) => kind !== 'Written' && kind !== 'Stale' && kind !== 'Skipped');
    if (made.needsFinalizer && !failed) await finalizer.ensure(current);
    if (made.actions.length === 0 || failed || round > ROUNDS_MAX) {
      const corrected = correctedBy(written, drifted, made);
      return { resource: current, plan: made, outcomes, written, corrected };
    }
    for (const field of made.drift) drifted.set(keyOfField(field), field);
    outcomes = await applyAll(cluster, made.actions);
    written.push(...outcomes.filter(({ kind }) => kind === 'Written'));
    known = readsAfter(reads, outcomes);
    // A second reload in one reconciliation would be noise.
    reloadAsked ||= outcomes.some(({ action }) => action.kind === 'ReloadPrometheus');
  }
}

/** What had drifted, is a field of an object that was written, and differs no more. */
function correctedBy(
  written: readonly Outcome[],
  drifted: ReadonlyMap<string, DriftedField>,
  last: Plan,
): readonly DriftedField[] {
  const objects = new Set(written.map(({ action: { target } }) => `${target.kind}/${target.name}`));
  const active = new Set(last.drift.map(keyOfField));
  return [...drifted.values()]
    .filter((field) => objects.has(field.target) && !active.has(keyOfField(field)))
    .toSorted(byTime);
}

/** After a write or a reload, what Prometheus said is old; the object that a write answered with is the newest there is. */
function readsAfter(reads: Reads, outcomes: readonly Outcome[]): Reads {
  if (outcomes.some(({ kind }) => kind !== 'Written')) return {};
  return outcomes.reduce(
    (kept, outcome) => {
      if (outcome.kind !== 'Written' || !isConfigMap(outcome.object)) return kept;
      const { name } = outcome.object.metadata;
      return withAnswer(kept, { kind: 'ConfigMap', name }, { kind: 'present', value: outcome.object });
    },
    withoutAnswers(withoutAnswers(reads, 'Prometheus'), 'FailedPools'),
  );
}

function isConfigMap(object: KubernetesObject | undefined): object is ConfigMap {
  return object?.kind === 'ConfigMap';
}

function keyOfField({ target, path }: Field): string {
  return `${target} ${path}`;
}
