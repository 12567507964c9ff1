// Single reads of the port: one request each, answered as present, absent or unreadable. Caches nothing
// but, for a minute, what every resource asks for alike: which Services exist, webhook configurations, namespaces.
import type {
  ConfigMap,
  InboundPolicy,
  KubernetesEvent,
  KubernetesObject,
  Labels,
  MutatingWebhookConfiguration,
  Pod,
} from '../../api/kubernetes.ts';
import type { Observed } from '../../plan/model/observed.ts';
import type { ObjectRef } from '../../reconcile/cluster.ts';
import type { Timers } from '../clock/timers.ts';
import { errorOfAnswer, KubeError, nameSubject } from '../http/errors.ts';
import { asKind, isObject, parseJson } from '../http/json.ts';
import { collectionPath, refPath, typeOf } from '../http/resource-path.ts';
import type { Transport } from '../http/transport.ts';
import { whole, withoutBundles, withoutManagedFields } from '../informers/transform.ts';
import { listObjects, type ListRequest } from '../informers/list.ts';
import { TtlCache } from './ttl-cache.ts';

/** Served by every release of Istio since 1.5. */
const ISTIO_SECURITY = 'security.istio.io/v1beta1';

/** Cluster-scoped: their path has no namespace. */
const WEBHOOK_CONFIGURATIONS = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
} as const;
const NAMESPACES = { apiVersion: 'v1', kind: 'Namespace' } as const;

export class Reads {
  readonly #transport: Transport;
  readonly #services: TtlCache<Observed<true>>;
  readonly #namespaces: TtlCache<Observed<Labels>>;
  readonly #webhooks: TtlCache<Observed<readonly MutatingWebhookConfiguration[]>>;

  constructor(transport: Transport, timers: Timers) {
    this.#transport = transport;
    this.#services = new TtlCache(timers);
    this.#namespaces = new TtlCache(timers);
    this.#webhooks = new TtlCache(timers);
  }

  async configMap(namespace: string, name: string): Promise<Observed<ConfigMap>> {
    return this.#get<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });
  }

  service(namespace: string, name: string): Promise<Observed<true>> {
    return this.#services.recall(`${namespace}/${name}`, async () => {
      const seen = await this.#get<KubernetesObject>({ apiVersion: 'v1', kind: 'Service', namespace, name });
      return seen.kind === 'present' ? { kind: 'present', value: true } : seen;
    });
  }

  anyService(namespace: string): Promise<Observed<true>> {
    return this.#services.recall(`${namespace}/*`, async () => {
      const seen = await this.#list({ apiVersion: 'v1', kind: 'Service' }, namespace, { most: 1 });
      if (seen.kind !== 'present') return seen;
      return seen.value.length === 0 ? { kind: 'absent' } : { kind: 'present', value: true };
    });
  }

  namespaceLabels(name: string): Promise<Observed<Labels>> {
    return this.#namespaces.recall(name, async () => {
      const path = `${collectionPath(typeOf(NAMESPACES))}/${encodeURIComponent(name)}`;
      const seen = await this.#get({ ...NAMESPACES, namespace: '', name }, path);
      return seen.kind === 'present' ? { kind: 'present', value: seen.value.metadata.labels ?? {} } : seen;
    });
  }

  webhookConfigurations(): Promise<Observed<readonly MutatingWebhookConfiguration[]>> {
    return this.#webhooks.recall('', async () => {
      const seen = await this.#list<MutatingWebhookConfiguration>(WEBHOOK_CONFIGURATIONS);
      if (seen.kind !== 'present') return seen;
      return { kind: 'present', value: seen.value.map(withoutBundles) };
    });
  }

  async pods(namespace: string, labelSelector?: string): Promise<Observed<readonly Pod[]>> {
    return this.#list<Pod>({ apiVersion: 'v1', kind: 'Pod' }, namespace, { labelSelector });
  }

  async eventsAbout(namespace: string, uid: string): Promise<Observed<readonly KubernetesEvent[]>> {
    const type = { apiVersion: 'events.k8s.io/v1', kind: 'Event' };
    return this.#list<KubernetesEvent>(type, namespace, { fieldSelector: `regarding.uid=${uid}` });
  }

  /** Absent only if neither CRD is there. */
  async inboundPolicies(namespace: string): Promise<Observed<readonly InboundPolicy[]>> {
    const lists = await Promise.all(
      ['AuthorizationPolicy', 'RequestAuthentication'].map((kind) =>
        this.#list<InboundPolicy>({ apiVersion: ISTIO_SECURITY, kind }, namespace),
      ),
    );
    const unreadable = lists.find((list) => list.kind === 'unreadable');
    if (unreadable !== undefined) return unreadable;
    const present = lists.filter((list) => list.kind === 'present');
    if (present.length === 0) return { kind: 'absent' };
    return { kind: 'present', value: present.flatMap((list) => list.value) };
  }

  async #get<T extends KubernetesObject>(ref: ObjectRef, path = refPath(ref)): Promise<Observed<T>> {
    const subject = { ...ref, verb: 'get' };
    const answer = await this.#transport.request({ subject, method: 'GET', path });
    if (answer.status === 404) return { kind: 'absent' };
    const error = answer.status === 200 ? undefined : errorOfAnswer(subject, answer);
    if (error?.code === 'Forbidden') return { kind: 'unreadable', message: error.message };
    if (error !== undefined) throw error;
    const object = parseJson(answer.body);
    if (!isObject(object))
      throw new KubeError('Malformed', `${nameSubject(subject)}: the answer is no object`);
    return { kind: 'present', value: asKind<T>(whole(object)) };
  }

  async #list<T extends KubernetesObject>(
    { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
    namespace?: string,
    which: Pick<ListRequest, 'labelSelector' | 'fieldSelector' | 'most'> = {},
  ): Promise<Observed<readonly T[]>> {
    const path = collectionPath(typeOf({ apiVersion, kind }), namespace);
    try {
      const { items } = await listObjects(
        this.#transport,
        { subject: { verb: 'list', kind, namespace }, path, ...which },
        (object) => asKind<T>(withoutManagedFields(object)),
      );
      return { kind: 'present', value: items };
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      if (error.code === 'NotFound') return { kind: 'absent' };
      if (error.code === 'Forbidden') return { kind: 'unreadable', message: error.message };
      throw error;
    }
  }
}
