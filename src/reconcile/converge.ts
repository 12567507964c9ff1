// Observe, plan, apply, again until the plan asks for nothing more: a few rounds in one visit, so that one status tells all.
// The last plan was always made after the last write. It decides nothing itself.
import type { ConfigMap } from '../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import { byTime, type DriftedField } from '../plan/drift/drift.ts';
import type { Field } from '../plan/model/field.ts';
import { keyOf } from '../plan/model/names.ts';
import type { Outcome } from '../plan/model/outcome.ts';
import type { Need, Reads, Snapshot } from '../plan/model/snapshot.ts';
import { plan, type Plan } from '../plan/plan.ts';
import { applyAll } from './apply.ts';
import type { ReconcileContext } from './context.ts';
import type { Convergence } from './convergence.ts';
import { cachedView, fulfil } from './observe.ts';

/** Mesh policy and template, then config, then a proof that nothing is left; one to spare for a lost race. */
const ROUNDS_MAX = 4;

/** The longest chain of reads that a plan asks for: pods, then ConfigMap, then everybody's pods. */
const READS_MAX = 6;

/** Brings one resource as far as it can be brought now. */
export async function converge(
  resource: PrometheusIstioScrape,
  context: ReconcileContext,
): Promise<Convergence> {
  const drifted = new Map<string, DriftedField>();
  const written: Outcome[] = [];
  let outcomes: readonly Outcome[] = [];
  let reads: Reads = {};
  for (let round = 1; ; round += 1) {
    const seen = await look(resource, context, reads);
    const failed = outcomes.some(({ kind }) => kind !== 'Written' && kind !== 'Stale' && kind !== 'Skipped');
    if (seen.plan.actions.length === 0 || failed || round > ROUNDS_MAX) {
      const corrected = correctedBy(written, drifted, seen.plan);
      return { resource: seen.resource, plan: seen.plan, outcomes, written, corrected };
    }
    if (seen.plan.needsFinalizer) await context.finalizer.ensure(seen.resource);
    for (const field of seen.plan.drift) drifted.set(keyOfField(field), field);
    outcomes = await applyAll(context.cluster, seen.plan.actions);
    written.push(...outcomes.filter(({ kind }) => kind === 'Written'));
    reads = afterWrites(seen.reads, outcomes);
  }
}

/** What had drifted, stands in an object that was written, and differs no more. */
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

interface Seen {
  readonly resource: PrometheusIstioScrape;
  readonly plan: Plan;
  readonly reads: Reads;
}

async function look(resource: PrometheusIstioScrape, context: ReconcileContext, known: Reads): Promise<Seen> {
  const current = context.cluster.resource(keyOf(resource)) ?? resource;
  const view = cachedView(context.cluster, current);
  const result = await planWithReads({ known, plan, context, view });
  return { resource: current, plan: result.plan, reads: result.reads };
}

interface Planning<T extends { readonly needs: readonly Need[] }> {
  readonly known: Reads;
  readonly view: ReturnType<typeof cachedView>;
  readonly plan: (snapshot: Snapshot) => T;
  readonly context: ReconcileContext;
}

/** Plans, reads what the plan needs, and plans again until it needs nothing more. */
export async function planWithReads<T extends { readonly needs: readonly Need[] }>(
  planning: Planning<T>,
): Promise<{ readonly plan: T; readonly reads: Reads }> {
  const { view, context } = planning;
  let reads = planning.known;
  for (let tries = 1; ; tries += 1) {
    const made = planning.plan({
      ...view,
      reads,
      nowMs: context.now(),
      templateWriteIntervalMs: context.templateWriteIntervalMs,
    });
    if (made.needs.length === 0 || tries > READS_MAX) return { plan: made, reads };
    reads = await fulfil(context.cluster, view, { reads, needs: made.needs });
  }
}

/** After writes, what a request told before is old; an object that a write answered with is the newest there is. */
function afterWrites(reads: Reads, outcomes: readonly Outcome[]): Reads {
  if (outcomes.some(({ kind }) => kind !== 'Written')) return {};
  const configMaps = outcomes.flatMap((outcome) =>
    outcome.kind === 'Written' && isConfigMap(outcome.object)
      ? [[outcome.object.metadata.name, { kind: 'present' as const, value: outcome.object }] as const]
      : [],
  );
  // What Prometheus said before a write or a reload is old too; a second reload in one visit would be noise.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- the key is to be absent, not undefined
  const { prometheus, ...kept } = reads;
  const reloaded = outcomes.some(({ action }) => action.kind === 'ReloadPrometheus');
  return {
    ...kept,
    configMaps: { ...reads.configMaps, ...Object.fromEntries(configMaps) },
    ...(reloaded ? { reloadAsked: true } : {}),
  };
}

function isConfigMap(object: { readonly kind: string } | undefined): object is ConfigMap {
  return object?.kind === 'ConfigMap';
}

function keyOfField({ target, path }: Field): string {
  return `${target} ${path}`;
}
