// Which resources an event wakes, whatever changed in the object: waking one too many costs reads, waking one too few
// costs up to an interval.

/** A custom resource of the event's namespace, reduced to what an event is matched with. */
export interface KnownResource {
  /** `namespace/name`. */
  readonly key: string;
  readonly name: string;
  /** The workload that it names. */
  readonly workload: string;
  /** ConfigMaps that its last reconcile read. */
  readonly configMaps: readonly string[];
}

/** An object that came, changed or went; all are in one namespace with the resources that it is matched with. */
export type Trigger =
  | { readonly kind: 'Resource'; readonly key: string; readonly workload: string | undefined }
  | { readonly kind: 'Workload'; readonly name: string }
  | { readonly kind: 'Pod'; readonly workload: string }
  | { readonly kind: 'ConfigMap'; readonly name: string }
  /** A Sidecar or PeerAuthentication; `resource` is the value of its label `meshscrape.dev/resource`. */
  | { readonly kind: 'MeshPolicy'; readonly resource: string | undefined };

/** The keys to put into the work queue, each once; `known` are the resources of the trigger's namespace. */
export function keysToWake(trigger: Trigger, known: readonly KnownResource[]): readonly string[] {
  switch (trigger.kind) {
    case 'Resource': {
      // The oldest claim on a workload wins, so one that comes or goes may change the answer for all others.
      const rivals = keysWhere(known, (resource) => resource.workload === trigger.workload);
      return [trigger.key, ...rivals.filter((key) => key !== trigger.key)];
    }
    case 'Workload':
      return keysWhere(known, (resource) => resource.workload === trigger.name);
    case 'Pod':
      return keysWhere(known, (resource) => resource.workload === trigger.workload);
    case 'ConfigMap':
      return keysWhere(known, (resource) => resource.configMaps.includes(trigger.name));
    case 'MeshPolicy': {
      const owners = keysWhere(known, (resource) => resource.name === trigger.resource);
      // A policy that is not ours may rival any of ours; so may one whose label names no known resource.
      return owners.length > 0 ? owners : keysWhere(known, () => true);
    }
  }
}

function keysWhere(
  known: readonly KnownResource[],
  isWoken: (resource: KnownResource) => boolean,
): readonly string[] {
  return known.filter(isWoken).map((resource) => resource.key);
}
