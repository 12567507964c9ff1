// What a cache holds of an object: the less, the less memory thousands of objects need.
import type { KubernetesObject, MutatingWebhookConfiguration } from '../../api/kubernetes.ts';

export type Transform = (object: KubernetesObject) => KubernetesObject;

/** All but `managedFields`, which is the larger half of many objects and which nobody reads on custom resources and pods. */
export function withoutManagedFields(object: KubernetesObject): KubernetesObject {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- `delete` would turn every cached object into a slow map
  const { managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Without the certificates by which the API server trusts the webhooks' servers. */
export function withoutBundles(configuration: MutatingWebhookConfiguration): MutatingWebhookConfiguration {
  const { webhooks = [], ...rest } = configuration;
  return {
    ...rest,
    webhooks: webhooks.map(({ clientConfig, ...webhook }) => {
      const service = clientConfig?.service;
      return service === undefined ? webhook : { ...webhook, clientConfig: { service } };
    }),
  };
}

/** As it came: the plan reads field ownership. */
export function whole(object: KubernetesObject): KubernetesObject {
  return object;
}

/** Name and version, for waking only: ConfigMaps hold no secrets but much text. */
export function namesOnly(apiVersion: string, kind: string): Transform {
  return ({ metadata: { name, namespace, uid, resourceVersion } }) => ({
    apiVersion,
    kind,
    metadata: { name, namespace, uid, resourceVersion },
  });
}
