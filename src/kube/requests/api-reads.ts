// Single reads of the port: one request each, answered as present, absent or unreadable. Cached for a minute is only what
// every resource asks for alike (which Services exist, webhook configurations, labels of namespaces), and namesakes.
import { KINDS, type KindName } from '../../api/kinds.ts';
import type {
  ConfigMap,
  InboundPolicy,
  KubernetesEvent,
  KubernetesObject,
  Labels,
  MutatingWebhookConfiguration,
  Pod,
} from '../../api/kubernetes.ts';
import { itemsOf, joinObserved, mapObserved, type Observed } from '../../plan/model/observed.ts';
import type { Timers } from '../clock/timers.ts';
import { errorOfAnswer } from '../http/answer-errors.ts';
import { asKind, isKubernetesObject, parseJson } from '../http/json.ts';
import { KubeError, nameSubject } from '../http/kube-error.ts';
import { collectionPath, objectPath } from '../http/resource-path.ts';
import type { Transport } from '../http/transport.ts';
import { listObjects, type ListRequest } from '../informers/list-objects.ts';
import { whole, withoutBundles, withoutManagedFields } from '../informers/transform.ts';
import { TtlCache } from './ttl-cache.ts';

const INBOUND_POLICY_KINDS: readonly KindName[] = ['AuthorizationPolicy', 'RequestAuthentication'];
/** What people run Prometheus in, too, and what is not managed. */
const UNMANAGED_KINDS: readonly KindName[] = ['Deployment', 'DaemonSet'];

export class ApiReads {
  readonly #transport: Transport;
  readonly #services: TtlCache<Observed<true>>;
  readonly #namespaces: TtlCache<Observed<KubernetesObject>>;
  readonly #namesakes: TtlCache<Observed<readonly string[]>>;
  readonly #webhooks: TtlCache<Observed<readonly MutatingWebhookConfiguration[]>>;

  constructor(transport: Transport, timers: Timers) {
    this.#transport = transport;
    this.#services = new TtlCache(timers);
    this.#namespaces = new TtlCache(timers);
    this.#namesakes = new TtlCache(timers);
    this.#webhooks = new TtlCache(timers);
  }

  async configMap(namespace: string, name: string): Promise<Observed<ConfigMap>> {
    return this.#get<ConfigMap>('ConfigMap', namespace, name);
  }

  service(namespace: string, name: string): Promise<Observed<true>> {
    return this.#services.recall(`${namespace}/${name}`, async () => {
      return mapObserved(await this.#get('Service', namespace, name), () => true);
    });
  }

  anyService(namespace: string): Promise<Observed<true>> {
    return this.#services.recall(`${namespace}/*`, async () => {
      const seen = await this.#list('Service', namespace, { most: 1 });
      if (seen.kind !== 'present') return seen;
      return seen.value.length === 0 ? { kind: 'absent' } : { kind: 'present', value: true };
    });
  }

  /** One that was found is an answer, whatever else may not be read. */
  namesakes(namespace: string, name: string): Promise<Observed<readonly string[]>> {
    return this.#namesakes.recall(`${namespace}/${name}`, async () => {
      const seen = await Promise.all(
        UNMANAGED_KINDS.map(async (kind) =>
          mapObserved(await this.#get(kind, namespace, name), () => [kind]),
        ),
      );
      const found = seen.flatMap(itemsOf);
      return found.length === 0 ? joinObserved(seen) : { kind: 'present', value: found };
    });
  }

  namespace(name: string): Promise<Observed<KubernetesObject>> {
    return this.#namespaces.recall(name, () => this.#get('Namespace', undefined, name));
  }

  async namespaceLabels(name: string): Promise<Observed<Labels>> {
    return mapObserved(await this.namespace(name), ({ metadata }) => metadata.labels ?? {});
  }

  webhookConfigurations(): Promise<Observed<readonly MutatingWebhookConfiguration[]>> {
    return this.#webhooks.recall('', async () => {
      const seen = await this.#list<MutatingWebhookConfiguration>('MutatingWebhookConfiguration');
      return mapObserved(seen, (configurations) => configurations.map(withoutBundles));
    });
  }

  async pods(namespace: string, labelSelector?: string): Promise<Observed<readonly Pod[]>> {
    return this.#list<Pod>('Pod', namespace, { labelSelector });
  }

  async eventsAbout(namespace: string, uid: string): Promise<Observed<readonly KubernetesEvent[]>> {
    return this.#list<KubernetesEvent>('Event', namespace, { fieldSelector: `regarding.uid=${uid}` });
  }

  /** Absent only if neither CRD is there. */
  async inboundPolicies(namespace: string): Promise<Observed<readonly InboundPolicy[]>> {
    const lists = await Promise.all(
      INBOUND_POLICY_KINDS.map((kind) => this.#list<InboundPolicy>(kind, namespace)),
    );
    return joinObserved(lists);
  }

  async #get<T extends KubernetesObject>(
    kind: KindName,
    namespace: string | undefined,
    name: string,
  ): Promise<Observed<T>> {
    const subject = { verb: 'get', kind, namespace, name };
    const path = objectPath(KINDS[kind], namespace, name);
    const answer = await this.#transport.request({ subject, method: 'GET', path });
    if (answer.status === 404) return { kind: 'absent' };
    const error = answer.status === 200 ? undefined : errorOfAnswer(subject, answer);
    if (error?.code === 'Forbidden') return { kind: 'unreadable', message: error.message };
    if (error !== undefined) throw error;
    const object = parseJson(answer.body);
    if (!isKubernetesObject(object))
      throw new KubeError('Malformed', `${nameSubject(subject)}: the answer is no object`);
    return { kind: 'present', value: asKind<T>(whole(object)) };
  }

  async #list<T extends KubernetesObject>(
    kind: KindName,
    namespace?: string,
    which: Pick<ListRequest, 'labelSelector' | 'fieldSelector' | 'most'> = {},
  ): Promise<Observed<readonly T[]>> {
    const path = collectionPath(KINDS[kind], namespace);
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
