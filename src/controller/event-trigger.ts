// An event of a watch as a trigger: of each kind only the names that `triggers.ts` matches with.
import type { ResourceEvent } from '@dot-i/k8s-operator';
import { isMap, mapAt, textAt } from '../api/json-map.ts';
import { RESOURCE_LABEL } from '../api/resource.ts';
import type { Trigger } from './triggers.ts';

export function workloadTrigger(event: ResourceEvent): Trigger {
  return { kind: 'Workload', name: event.meta.name };
}

export function configMapTrigger(event: ResourceEvent): Trigger {
  return { kind: 'ConfigMap', name: event.meta.name };
}

export function meshPolicyTrigger(event: ResourceEvent): Trigger {
  return { kind: 'MeshPolicy', resource: event.object.metadata?.labels?.[RESOURCE_LABEL] };
}

/** `spec.workload.name` of a custom resource as the watch delivered it. */
export function workloadIn({ object }: ResourceEvent): string | undefined {
  return isMap(object) ? textAt(mapAt(mapAt(object, 'spec'), 'workload'), 'name') : undefined;
}
