// First convergence of many resources on the real API server, beside the write floor: the same writes by a bare HTTP/2
// client with 32 in flight on the same server in the same run. Runs alone: node bench/convergence.ts
import { pathToFileURL } from 'node:url';
import type { PrometheusIstioScrape } from '../src/api/resource.ts';
import { fieldManagerOf } from '../src/plan/model/names.ts';
import {
  configMap,
  PROMETHEUS_YAML,
  promscrape,
  REWRITTEN_YAML,
  statefulSet,
} from '../test/support/world.ts';
import type { Api } from '../testbed/api/client.ts';
import type { KubeObject } from '../testbed/api/kube-object.ts';
import type { ControlPlane } from '../testbed/control-plane/control-plane.ts';
import { startController } from './controller-process.ts';
import { inFlight, onStage, progress } from './stage.ts';

const RESOURCES = 200;
const NAMESPACES = 20;
/** Pads prometheus.yaml to 5 KB with what real ones are full of. */
const FILLER = '# relabelling rules that a person tuned for an afternoon and nobody dares to touch\n'.repeat(
  52,
);
const CONFIG = PROMETHEUS_YAML + FILLER;

interface World {
  readonly namespace: string;
  readonly name: string;
}

export async function benchConvergence(): Promise<Record<string, number>> {
  return onStage(async (plane, api) => {
    const controller = await measureController(plane, api);
    const floor = await measureFloor(api);
    return {
      ...controller,
      ...floor,
      ratio: round((floor['floorSeconds'] ?? NaN) / (controller['controllerSeconds'] ?? NaN)),
    };
  });
}

async function measureFloor(api: Api): Promise<Record<string, number>> {
  progress(`write floor: ${RESOURCES} resources, bare client, 32 in flight`);
  const worlds = await makeWorlds(api, 'floor');
  const resources = await inFlight(worlds, (world) => api.create(promscrape(world)));
  const written = await readWritten(api);
  const writesOf = (world: World, resource: KubeObject): readonly Write[] =>
    floorWrites({ world, resource, written });
  const startedMs = performance.now();
  await inFlight(worlds, async (world, index) => {
    for (const write of writesOf(world, at(resources, index))) await write(api);
  });
  const seconds = (performance.now() - startedMs) / 1000;
  const writes = worlds.length * writesOf(at(worlds, 0), at(resources, 0)).length;
  await inFlight(resources, (resource) => removeResource(api, resource));
  await inFlight(worlds, (world) => api.delete(statefulSet(world)));
  return {
    floorSeconds: round(seconds),
    floorWrites: writes,
    floorWritesPerSecond: Math.round(writes / seconds),
  };
}

type Write = (api: Api) => Promise<unknown>;

/** What the controller wrote into one of its worlds: the floor writes the same, byte for byte but for the names. */
interface Written {
  readonly annotations: object;
  readonly record: object;
  readonly status: object;
  readonly events: readonly KubeObject[];
}

async function readWritten(api: Api): Promise<Written> {
  const world = worldOf('bench', 0);
  const resource = await api.get(promscrape(world));
  const wired = await api.get(statefulSet(world));
  const { metadata } = await api.get(configMap(world));
  const events = await api.list(`/apis/events.k8s.io/v1/namespaces/${world.namespace}/events`);
  const { template } = wired.spec as { template: { metadata: { annotations: object } } };
  return {
    annotations: template.metadata.annotations,
    record: metadata.annotations ?? {},
    status: resource.status as object,
    events: events.items.filter((event) => event.metadata.name?.startsWith(`${world.name}.`)),
  };
}

interface FloorWorld {
  readonly world: World;
  readonly resource: KubeObject;
  readonly written: Written;
}

/** What a first convergence writes: finalizer, mesh policy, template, config and its release, status twice, Events. */
function floorWrites({ world, resource, written }: FloorWorld): readonly Write[] {
  const fieldManager = fieldManagerOf(resource as unknown as PrometheusIstioScrape);
  const owned = { name: `meshscrape-${world.name}`, namespace: world.namespace };
  const selector = { app: world.name };
  const { apiVersion, kind } = resource;
  const writeStatus = (lastHandledRequest: string) => (api: Api) =>
    api.apply(
      { apiVersion, kind, metadata: { ...world }, status: { ...written.status, lastHandledRequest } },
      { fieldManager: 'meshscrape-status', force: true, subresource: 'status' },
    );
  return [
    (api) => api.patch(resource, { metadata: { finalizers: ['meshscrape.dev/undo'] } }),
    (api) =>
      api.apply(
        {
          apiVersion: 'security.istio.io/v1beta1',
          kind: 'PeerAuthentication',
          metadata: owned,
          spec: { selector: { matchLabels: selector }, mtls: { mode: 'DISABLE' } },
        },
        { fieldManager },
      ),
    (api) =>
      api.apply(
        {
          apiVersion: 'networking.istio.io/v1beta1',
          kind: 'Sidecar',
          metadata: owned,
          spec: { workloadSelector: { labels: selector }, egress: [{ hosts: ['istio-system/*'] }] },
        },
        { fieldManager },
      ),
    (api) => api.apply(wiredTemplate(world, written), { fieldManager }),
    (api) =>
      api.patch(
        configMap(world),
        [
          { op: 'replace', path: '/data/prometheus.yaml', value: REWRITTEN_YAML + FILLER },
          { op: 'add', path: '/metadata/annotations', value: written.record },
        ],
        { type: 'json', fieldManager },
      ),
    (api) =>
      api.patch(configMap(world), [{ op: 'remove', path: '/metadata/managedFields/1' }], { type: 'json' }),
    writeStatus('waiting'),
    writeStatus('ready'),
    ...written.events.map((event, index) => (api: Api) => api.create(eventFor(event, world, index))),
  ];
}

function eventFor(event: KubeObject, { namespace, name }: World, index: number): KubeObject {
  const regarding = { ...(event['regarding'] as object), namespace, name };
  return { ...event, regarding, metadata: { name: `${name}.${index}`, namespace } };
}

function wiredTemplate({ name, namespace }: World, { annotations }: Written): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace },
    spec: {
      template: {
        metadata: { annotations, labels: { 'sidecar.istio.io/inject': 'true' } },
        spec: {
          containers: [
            {
              name: 'prometheus',
              volumeMounts: [{ name: 'istio-output-certs', mountPath: '/etc/prom-certs', readOnly: true }],
            },
          ],
          volumes: [{ name: 'istio-output-certs', emptyDir: { medium: 'Memory' } }],
        },
      },
    },
  };
}

async function measureController(plane: ControlPlane, api: Api): Promise<Record<string, number>> {
  progress(`controller: ${RESOURCES} resources from nothing to ConfigRewritten`);
  const worlds = await makeWorlds(api, 'bench');
  const controller = await startController(plane.kubeconfig, 'info');
  try {
    const finished = allRewritten(api, worlds.length);
    const startedMs = performance.now();
    await inFlight(worlds, (world) => api.create(promscrape(world)));
    await finished;
    const seconds = (performance.now() - startedMs) / 1000;
    const writes = writesOf(await controller.metrics());
    const peakMiB = controller.peakMiB();
    await controller.stop();
    progress('controller: a second one, which finds everything done');
    // Its reconciles are counted by its log.
    const second = await startController(plane.kubeconfig, 'debug');
    try {
      await second.reconciled(worlds.length);
      const secondWrites = writesOf(await second.metrics());
      return {
        controllerSeconds: round(seconds),
        writesPerResource: round(writes.objects / worlds.length),
        eventsPerResource: round(writes.events / worlds.length),
        writesOfSecondPass: secondWrites.objects + secondWrites.events,
        controllerPeakMiB: Math.max(peakMiB, second.peakMiB()),
      };
    } finally {
      await second.stop();
    }
  } finally {
    await controller.stop();
  }
}

/** Resolves once every resource of the bench namespaces says ConfigRewritten=True. */
async function allRewritten(api: Api, count: number): Promise<void> {
  const collection = '/apis/meshscrape.dev/v1alpha1/prometheusistioscrapes';
  const isDone = ({ status }: { status?: { conditions?: { type: string; status: string }[] } }): boolean =>
    status?.conditions?.some((each) => each.type === 'ConfigRewritten' && each.status === 'True') === true;
  await api.waitForList(
    collection,
    (items) =>
      items.filter(({ metadata }) => metadata.namespace?.startsWith('bench-')).filter(isDone).length ===
      count,
    { timeoutMs: 120_000, what: 'all resources to be rewritten' },
  );
}

/** Nothing but Events is created by POST: what we own is applied. */
function writesOf(text: string): { readonly objects: number; readonly events: number } {
  const sum = { objects: 0, events: 0 };
  for (const [, verb, value] of text.matchAll(
    /^meshscrape_api_requests_total\{verb="(\w+)",code="[^"]*"\} (\d+)/gm,
  )) {
    if (verb === 'POST') sum.events += Number(value);
    else if (verb !== undefined && ['APPLY', 'PATCH', 'PUT', 'DELETE'].includes(verb))
      sum.objects += Number(value);
  }
  return sum;
}

async function makeWorlds(api: Api, prefix: string): Promise<readonly World[]> {
  const namespaces = Array.from({ length: NAMESPACES }, (_unused, index) => `${prefix}-${index}`);
  await inFlight(namespaces, (name) =>
    api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
  );
  const worlds = Array.from({ length: RESOURCES }, (_unused, index) => worldOf(prefix, index));
  await inFlight(worlds, async (world) => {
    await api.create(configMap({ ...world, config: CONFIG }));
    await api.create(statefulSet({ ...world, replicas: 0 }));
  });
  return worlds;
}

function worldOf(prefix: string, index: number): World {
  return { namespace: `${prefix}-${index % NAMESPACES}`, name: `prometheus-${index}` };
}

async function removeResource(api: Api, resource: KubeObject): Promise<void> {
  await api.patch(resource, { metadata: { finalizers: null } });
  await api.delete(resource);
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`no item ${index}`);
  return item;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(`${JSON.stringify(await benchConvergence())}\n`);
}
