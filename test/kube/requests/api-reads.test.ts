import { beforeEach, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes.ts';
import { ApiReads } from '../../../src/kube/requests/api-reads.ts';
import { present } from '../../support/answers.ts';
import { usePlayedApi } from '../../support/played-api.ts';
import type { PlayedRequest } from '../../support/played-server.ts';
import { thing } from '../../support/thing.ts';

const api = usePlayedApi();
let reads: ApiReads;

beforeEach(() => {
  const { clock, transport } = api();
  reads = new ApiReads(transport, clock);
});

function managed(name: string): KubernetesObject {
  const object = thing(name, '1');
  return { ...object, metadata: { ...object.metadata, managedFields: [{ manager: 'kubectl' }] } };
}

/** What is asked for, as path and query. */
function asked({ method, url }: PlayedRequest): string {
  return `${method} ${url.pathname}${decodeURIComponent(url.search)}`;
}

describe('ApiReads.configMap', () => {
  it('reads the whole object: the plan reads field ownership', async () => {
    const { result, request } = await api().answered(reads.configMap('ns', 'a'), (received) => {
      received.reply(200, managed('a'));
    });
    expect(asked(request)).toBe('GET /api/v1/namespaces/ns/configmaps/a');
    expect(result).toEqual({ kind: 'present', value: managed('a') });
  });

  it('distinguishes absent and unreadable', async () => {
    const absent = await api().answered(reads.configMap('ns', 'a'), (received) => {
      received.fail(404, 'not found');
    });
    expect(absent.result).toEqual({ kind: 'absent' });
    const unreadable = await api().answered(reads.configMap('ns', 'a'), (received) => {
      received.fail(403, 'forbidden');
    });
    expect(unreadable.result).toEqual({ kind: 'unreadable', message: 'get ConfigMap ns/a: forbidden' });
  });

  it.each([
    { name: 'a server error', status: 500, body: {}, code: 'ServerError' },
    { name: 'an answer that is no object', status: 200, body: '<html>', code: 'Malformed' },
  ])('throws for $name', async ({ status, body, code }) => {
    const read = api().answered(reads.configMap('ns', 'a'), (received) => {
      received.reply(status, body);
    });
    await expect(read).rejects.toMatchObject({ code });
  });
});

describe('ApiReads.service', () => {
  it('answers whether it exists, and asks once a minute for each', async () => {
    const first = await api().answered(reads.service('ns', 'a'), (received) => {
      received.reply(200, thing('a', '1'));
    });
    expect(asked(first.request)).toBe('GET /api/v1/namespaces/ns/services/a');
    expect([first.result, await reads.service('ns', 'a')]).toEqual([
      { kind: 'present', value: true },
      { kind: 'present', value: true },
    ]);
    const other = await api().answered(reads.service('ns', 'b'), (received) => {
      received.fail(404, 'not found');
    });
    expect(other.result).toEqual({ kind: 'absent' });
    api().clock.pass(60_000);
    const again = await api().answered(reads.service('ns', 'a'), (received) => {
      received.fail(404, 'not found');
    });
    expect(again.result).toEqual({ kind: 'absent' });
  });
});

describe('ApiReads.anyService', () => {
  it('asks for one Service, however many there are, and once for all who ask', async () => {
    const { server } = api();
    const both = Promise.all([reads.anyService('shop'), reads.anyService('shop')]);
    const request = await server.next();
    expect(asked(request)).toBe('GET /api/v1/namespaces/shop/services?limit=1');
    request.list([thing('a', '1')], '5', 'more');
    expect(await both).toEqual([
      { kind: 'present', value: true },
      { kind: 'present', value: true },
    ]);
    expect(server.waiting).toBe(0);
  });

  it('distinguishes a namespace without any from one that may not be read', async () => {
    const { server } = api();
    const none = reads.anyService('empty');
    (await server.next()).list([], '5');
    expect(await none).toEqual({ kind: 'absent' });
    const secret = reads.anyService('secret');
    (await server.next()).fail(403, 'services is forbidden');
    expect(await secret).toEqual({
      kind: 'unreadable',
      message: 'list Service secret: services is forbidden',
    });
  });
});

describe('ApiReads.namesakes', () => {
  interface Row {
    readonly name: string;
    /** Of the Deployment and of the DaemonSet. */
    readonly statuses: readonly [number, number];
    readonly result: object;
  }
  const rows: readonly Row[] = [
    { name: 'is absent where neither kind has one', statuses: [404, 404], result: { kind: 'absent' } },
    { name: 'gives the kinds that have one', statuses: [200, 404], result: present(['Deployment']) },
    { name: 'gives both', statuses: [200, 200], result: present(['Deployment', 'DaemonSet']) },
    {
      name: 'gives what may be read',
      statuses: [403, 200],
      result: present(['DaemonSet']),
    },
    {
      name: 'is unreadable where nothing is found and one may not be read',
      statuses: [403, 404],
      result: { kind: 'unreadable', message: 'get Deployment ns/a: no' },
    },
  ];
  it.each(rows)('$name', async ({ statuses, result }) => {
    const { server } = api();
    const read = reads.namesakes('ns', 'a');
    for (let kind = 0; kind < 2; kind += 1) {
      const request = await server.next();
      const isDeployment = request.path === '/apis/apps/v1/namespaces/ns/deployments/a';
      expect(isDeployment || request.path === '/apis/apps/v1/namespaces/ns/daemonsets/a').toBe(true);
      const status = statuses[isDeployment ? 0 : 1];
      if (status === 200) request.reply(200, thing('a', '1'));
      else request.fail(status, 'no');
    }
    expect(await read).toEqual(result);
    // A minute long nobody asks again.
    expect(await reads.namesakes('ns', 'a')).toEqual(result);
    expect(server.waiting).toBe(0);
  });
});

describe('ApiReads.namespaceLabels', () => {
  it('reads the labels of a namespace, which itself has none', async () => {
    const labels = { 'istio-injection': 'enabled' };
    const { result, request } = await api().answered(reads.namespaceLabels('ns'), (received) => {
      received.reply(200, { ...thing('ns', '1'), metadata: { name: 'ns', resourceVersion: '1', labels } });
    });
    expect(asked(request)).toBe('GET /api/v1/namespaces/ns');
    expect(result).toEqual({ kind: 'present', value: labels });
  });

  it('takes a namespace without labels for one with none', async () => {
    const { result } = await api().answered(reads.namespaceLabels('ns'), (received) => {
      received.reply(200, thing('ns', '1'));
    });
    expect(result).toEqual({ kind: 'present', value: {} });
  });

  it('passes on that it may not be read', async () => {
    const { result } = await api().answered(reads.namespaceLabels('ns'), (received) => {
      received.fail(403, 'forbidden');
    });
    expect(result).toEqual({ kind: 'unreadable', message: 'get Namespace ns: forbidden' });
  });
});

describe('ApiReads.webhookConfigurations', () => {
  it('reads those of the whole cluster, without their bundles', async () => {
    const webhook = { name: 'w', clientConfig: { caBundle: 'LS0t' } };
    const { result, request } = await api().answered(reads.webhookConfigurations(), (received) => {
      received.list([{ ...managed('a'), webhooks: [webhook] }], '5');
    });
    expect(asked(request)).toBe(
      'GET /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations?limit=500',
    );
    expect(result).toEqual({ kind: 'present', value: [{ ...thing('a', '1'), webhooks: [{ name: 'w' }] }] });
  });

  it('passes on that they may not be read', async () => {
    const { result } = await api().answered(reads.webhookConfigurations(), (received) => {
      received.fail(403, 'forbidden');
    });
    expect(result.kind).toBe('unreadable');
  });
});

describe('ApiReads.pods', () => {
  it('reads the pods of a selector, without field ownership', async () => {
    const { result, request } = await api().answered(reads.pods('ns', 'app=x'), (received) => {
      received.list([managed('a')], '5');
    });
    expect(asked(request)).toBe('GET /api/v1/namespaces/ns/pods?limit=500&labelSelector=app=x');
    expect(result).toEqual({ kind: 'present', value: [thing('a', '1')] });
  });

  it('reads all pods of a namespace without a selector', async () => {
    const { request } = await api().answered(reads.pods('ns'), (received) => {
      received.list([], '5');
    });
    expect(asked(request)).toBe('GET /api/v1/namespaces/ns/pods?limit=500');
  });

  it('throws what is neither absent nor unreadable', async () => {
    const read = api().answered(reads.pods('ns'), (received) => {
      received.fail(500, 'down');
    });
    await expect(read).rejects.toMatchObject({ code: 'ServerError' });
  });
});

describe('ApiReads.eventsAbout', () => {
  it('asks for the Events of one uid', async () => {
    const { request } = await api().answered(reads.eventsAbout('ns', 'u-1'), (received) => {
      received.list([], '5');
    });
    expect(asked(request)).toBe(
      'GET /apis/events.k8s.io/v1/namespaces/ns/events?limit=500&fieldSelector=regarding.uid=u-1',
    );
  });
});

describe('ApiReads.inboundPolicies', () => {
  interface Row {
    readonly name: string;
    /** Of the AuthorizationPolicies and the RequestAuthentications. */
    readonly statuses: readonly [number, number];
    readonly result: object;
  }
  const both = [thing('authorizationpolicies', '1'), thing('requestauthentications', '1')];
  const rows: readonly Row[] = [
    { name: 'gives both kinds', statuses: [200, 200], result: { kind: 'present', value: both } },
    {
      name: 'gives one kind where the other has no CRD',
      statuses: [404, 200],
      result: { kind: 'present', value: both.slice(1) },
    },
    { name: 'is absent where neither has one', statuses: [404, 404], result: { kind: 'absent' } },
    {
      name: 'is unreadable where either may not be read',
      statuses: [200, 403],
      result: { kind: 'unreadable', message: 'list RequestAuthentication ns: no' },
    },
  ];
  it.each(rows)('$name', async ({ statuses, result }) => {
    const { server } = api();
    const read = reads.inboundPolicies('ns');
    for (let kind = 0; kind < 2; kind += 1) {
      const request = await server.next();
      const plural = request.path.split('/').at(-1) ?? '';
      expect(request.path).toBe(`/apis/security.istio.io/v1beta1/namespaces/ns/${plural}`);
      const status = statuses[plural === 'authorizationpolicies' ? 0 : 1];
      if (status === 200) request.list([thing(plural, '1')], '5');
      else request.fail(status, 'no');
    }
    expect(await read).toEqual(result);
  });
});
