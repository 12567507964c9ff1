// The set-ups of worlds.ts as people run them: who injects, which way, and where the job reads what the proxy writes.
import type { HandWired, HandWiredOptions } from './worlds.ts';
import { docsRecipe, fullHandMadeProxy, handMadeProxy, incoherentProxy, INJECT, taskPage } from './worlds.ts';

export interface HandWiredCase {
  /** Unique, and good for an object. */
  readonly id: string;
  readonly name: string;
  readonly world: (options: HandWiredOptions) => HandWired;
  /** As Prometheus sees it. */
  readonly directory: string;
  /** Containers of the pod in order, init containers before the bar, where sidecars are native unless the pod says other. */
  readonly order: string;
}

const NATIVE = 'istio-init istio-proxy | prometheus';
const CLASSIC = 'istio-init | prometheus istio-proxy';
const ALONE = '| prometheus istio-proxy';
const classic = { 'sidecar.istio.io/nativeSidecar': 'false' };

/** They scrape the mesh. */
export const HAND_WIRED: readonly HandWiredCase[] = [
  {
    id: 'full-alone',
    name: 'a hand-made proxy with all that it needs, injected by nobody',
    world: fullHandMadeProxy,
    directory: '/etc/certs',
    order: ALONE,
  },
  {
    id: 'full-native',
    name: 'a hand-made proxy with all that it needs, merged into a native sidecar',
    world: (options) => fullHandMadeProxy({ ...options, labels: INJECT }),
    directory: '/etc/certs',
    order: NATIVE,
  },
  {
    id: 'full-classic',
    name: 'a hand-made proxy with all that it needs, merged in its place',
    world: (options) => fullHandMadeProxy({ ...options, labels: INJECT, annotations: classic }),
    directory: '/etc/certs',
    order: CLASSIC,
  },
  {
    id: 'bare-native',
    name: 'a hand-made proxy without a probe, merged into a native sidecar',
    world: (options) => handMadeProxy({ ...options, labels: INJECT }),
    directory: '/etc/certs',
    order: NATIVE,
  },
  {
    id: 'docs',
    name: "Istio's documentation, with its trailing slash",
    world: docsRecipe,
    directory: '/etc/prom-certs',
    order: NATIVE,
  },
  {
    id: 'docs-classic',
    name: "Istio's documentation, without native sidecars",
    world: (options) => docsRecipe({ ...options, annotations: classic }),
    directory: '/etc/prom-certs',
    order: CLASSIC,
  },
  {
    id: 'task-disk',
    name: "Istio's task page, on disk",
    world: taskPage,
    directory: '/etc/istio-certs',
    order: NATIVE,
  },
  {
    id: 'task-memory',
    name: "Istio's task page, in memory",
    world: (options) => taskPage({ ...options, medium: 'Memory' }),
    directory: '/etc/istio-certs',
    order: NATIVE,
  },
];

/** The proxy writes nothing, and the job has no scrape pool. */
export const INCOHERENT: readonly HandWiredCase[] = [
  {
    id: 'incoherent-native',
    name: 'a hand-made proxy that writes nothing, merged into a native sidecar',
    world: (options) => incoherentProxy({ ...options, labels: INJECT }),
    directory: '/etc/certs',
    order: NATIVE,
  },
];
