// How Istio puts its proxy into a pod from 1.9 on: the rendered template is merged over the pod, then every container that the
// pod itself brought under an injected name is merged over that again, so that its own word wins.
import type { KubeObject } from '../api/kube-object.ts';
import type { Container, Rendered } from './injection-template.ts';
import { strategicMerge } from './strategic-merge.ts';

export interface JoinInput {
  readonly pod: KubeObject;
  readonly rendered: Rendered;
  /** Whether the proxy comes first, and the application waits for it. */
  readonly holds: boolean;
}

interface Containers {
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
}
type List = keyof Containers;

/** `auto` is how a person says: the image that is injected. */
const AUTO_IMAGE = 'auto';

export function merged({ pod, rendered, holds }: JoinInput): KubeObject {
  const overrides = overridesOf(pod, rendered);
  let spec = strategicMerge(withMovedProxy(pod, rendered), { ...rendered.spec });
  for (const list of ['containers', 'initContainers'] as const)
    for (const override of overrides[list]) spec = strategicMerge(spec, { [list]: [override] });
  const metadata = strategicMerge({ ...pod.metadata }, { ...rendered.metadata }) as KubeObject['metadata'];
  const { initContainers = [], containers = [] } = spec as Partial<Containers>;
  return {
    ...pod,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, ...overridesAnnotation(pod, overrides) },
    },
    spec: {
      ...spec,
      ...ordered({ initContainers: initContainers.map(withUserOf(pod)), containers }, holds),
    },
  };
}

/** The traffic of the user that the pod's own istio-proxy runs as is the one that is not redirected. */
function withUserOf({ spec }: KubeObject): (container: Container) => Container {
  const own = [...(spec.containers as Container[]), ...((spec.initContainers ?? []) as Container[])];
  const user = named(own, 'istio-proxy')?.securityContext?.runAsUser ?? 0;
  return (container) => {
    if (user === 0 || container.name !== 'istio-init') return container;
    const at = container.args?.indexOf('-u') ?? -1;
    return {
      ...container,
      args: container.args?.map((arg, i) => (at >= 0 && i === at + 1 ? String(user) : arg)),
    };
  };
}

/** A native sidecar is an init container: the pod's own istio-proxy goes where the template has it. */
function withMovedProxy({ spec }: KubeObject, rendered: Rendered): Readonly<Record<string, unknown>> {
  const { initContainers = [], containers } = spec as Partial<Containers> & Pick<Containers, 'containers'>;
  const proxy = named(containers, 'istio-proxy');
  if (proxy === undefined || named(rendered.spec.initContainers, 'istio-proxy') === undefined) return spec;
  const others = containers.filter((container) => container !== proxy);
  return { ...spec, containers: others, initContainers: [...initContainers, proxy] };
}

/** The pod's own containers of injected names, by the list that the template has them in. */
function overridesOf({ metadata, spec }: KubeObject, rendered: Rendered): Containers {
  const { initContainers = [], containers } = spec as Partial<Containers> & Pick<Containers, 'containers'>;
  const of = (list: List, own: readonly Container[]): Container[] =>
    rendered.spec[list]
      .filter(({ name }) => !injectedBefore(metadata.annotations, list).includes(name))
      .map(({ name }) => named(own, name))
      .filter((container) => container !== undefined)
      .map(({ image, ...container }) =>
        image === undefined || image === AUTO_IMAGE ? container : { ...container, image },
      );
  return {
    containers: of('containers', containers),
    initContainers: of('initContainers', [...containers, ...initContainers]),
  };
}

/** What an earlier injection brought, such as that of `istioctl kube-inject`, is nobody's own word. */
function injectedBefore(annotations: Readonly<Record<string, string>> = {}, list: List): readonly string[] {
  const status = JSON.parse(annotations['sidecar.istio.io/status'] ?? '{}') as Partial<
    Record<List, readonly string[] | null>
  >;
  return status[list] ?? [];
}

function overridesAnnotation(pod: KubeObject, overrides: Containers): Record<string, string> {
  const found = Object.entries(overrides).filter(
    ([, list]: [string, readonly Container[]]) => list.length > 0,
  );
  if (found.length === 0 || pod.metadata.annotations?.['sidecar.istio.io/status'] !== undefined) return {};
  return { 'proxy.istio.io/overrides': JSON.stringify(Object.fromEntries(found)) };
}

function ordered({ initContainers, containers }: Containers, holds: boolean): Containers {
  const [proxies, applications] = apart(containers, 'istio-proxy');
  const [natives, others] = apart(initContainers, 'istio-proxy');
  const [setUp, rest] = apart(others, 'istio-init');
  return {
    containers: holds ? [...proxies, ...applications] : [...applications, ...proxies],
    // A native sidecar serves the pod's own init containers too; without one they run before traffic is redirected.
    initContainers: natives.length > 0 ? [...setUp, ...natives, ...rest] : [...rest, ...setUp],
  };
}

function apart(list: readonly Container[], name: string): [Container[], Container[]] {
  return [
    list.filter((container) => container.name === name),
    list.filter((container) => container.name !== name),
  ];
}

function named(list: readonly Container[], name: string): Container | undefined {
  return list.find((container) => container.name === name);
}
