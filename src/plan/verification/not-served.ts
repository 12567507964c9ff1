// What is said and done where a replica is known not to serve the new paths. It may come by itself: a kubelet needs up to
// two minutes to carry a ConfigMap into a pod, and a reloader some more.
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import type { ReloadPrometheus } from '../model/action.ts';
import type { OldReplica, ProofSubject } from './served.ts';
import { ASK_AGAIN_MS, reloadAction, reloadMethod } from './reload.ts';

/** Beyond this something is wrong, or nobody is at work on it. */
const NOT_SERVED_LIMIT_MS = 3 * 60_000;
const SELDOM_MS = 6 * ASK_AGAIN_MS;

export interface NotServed {
  /** `Waiting`: it may still come by itself. `Unknown`: reloading is another's business. */
  readonly kind: 'Waiting' | 'NotPropagated' | 'ReloadNeeded' | 'RestartNeeded' | 'Unknown';
  readonly message: string;
  readonly action: ReloadPrometheus | undefined;
  readonly retryAfterMs: number | undefined;
}

export function notServed(subject: ProofSubject, old: readonly OldReplica[]): NotServed {
  const { snapshot, config } = subject;
  const who = old.map(({ pod }) => pod).join(', ');
  const method = reloadMethod(subject);
  const leftMs = NOT_SERVED_LIMIT_MS - waitedMs(snapshot.resource, snapshot.nowMs);
  const waits = (kind: NotServed['kind']): NotServed['kind'] => (leftMs >= 0 ? 'Waiting' : kind);
  const seldomMs = leftMs >= 0 ? Math.min(SELDOM_MS, leftMs + 1_000) : SELDOM_MS;
  const nothing = { action: undefined, retryAfterMs: seldomMs };
  if (config.source?.restartNeeded === true) {
    const message = `${who} still reads the old file, which is mounted by subPath: it changes only in a new pod`;
    const kind = waits('RestartNeeded');
    // A new pod is an event.
    return { kind, message, action: undefined, retryAfterMs: kind === 'Waiting' ? seldomMs : undefined };
  }
  if (method === 'None') {
    const message = `${who} still serves the old paths; spec.config.reload is None, so reloading is yours`;
    return { ...nothing, kind: 'Unknown', message };
  }
  if (method === 'Unknown') {
    const message = `${who} still serves the old paths, and no reloader and no --web.enable-lifecycle is seen: reload it`;
    return { ...nothing, kind: waits('ReloadNeeded'), message };
  }
  if (method === 'Http' && config.mode !== 'Enforce') {
    const message = `${who} still serves the old paths, and the config is only observed, so meshscrape does not reload it: reload it`;
    return { ...nothing, kind: waits('ReloadNeeded'), message };
  }
  const asks = method === 'Http' && !snapshot.reloadAsked;
  const endpoints = old.flatMap(({ endpoint }) => endpoint ?? []);
  const action = asks ? reloadAction(subject, endpoints) : undefined;
  const failed = old.every(({ loadFailed }) => loadFailed);
  if (waits('NotPropagated') === 'Waiting') {
    return { kind: 'Waiting', message: notYetMessage(who, failed), action, retryAfterMs: ASK_AGAIN_MS };
  }
  const message = failed
    ? `${who} names the new paths, and its last load has failed for ${NOT_SERVED_LIMIT_MS / 60_000} minutes: see its log`
    : `${who} does not serve the new paths after ${NOT_SERVED_LIMIT_MS / 60_000} minutes: does the ConfigMap reach the pod, and does Prometheus accept it?`;
  return { kind: 'NotPropagated', message, action, retryAfterMs: SELDOM_MS };
}

function notYetMessage(who: string, failed: boolean): string {
  return failed
    ? `${who} names the new paths, and its last load failed`
    : `${who} does not serve the new paths yet`;
}

/** Since Reloaded is False: the time at which that condition flipped is the memory, which a restart does not lose. */
function waitedMs({ status }: PrometheusIstioScrape, nowMs: number): number {
  const reloaded = status?.conditions?.find(({ type }) => type === 'Reloaded');
  return reloaded?.status === 'False' ? nowMs - Date.parse(reloaded.lastTransitionTime) : 0;
}
