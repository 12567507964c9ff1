// The injector stand-in: a real mutating admission webhook with Istio's names, labels and selectors, served by us.
// What it does to a pod is in injection.ts.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { isDeepStrictEqual } from 'node:util';

import type { Api } from '../api/client.ts';
import { install, untilInjected } from '../api/install.ts';
import type { KubeObject } from '../api/kube-object.ts';
import { createAuthority } from '../control-plane/certificates.ts';
import type { InjectionOptions } from './injection.ts';
import { inject } from './injection.ts';

export interface InjectorOptions extends Partial<InjectionOptions> {
  readonly api: Api;
}

export interface Injector {
  /** Removes the webhook configuration and closes the server. */
  readonly stop: () => Promise<void>;
}

/** Serves the webhook on a free loopback port, registers it, and waits until it is called. Works for dry runs too. */
export async function startInjector(options: InjectorOptions): Promise<Injector> {
  const { api, revision = 'default', native = false, istioVersion = '1.30.3' } = options;
  const authority = createAuthority({ organizations: ['cluster.local'] });
  const server = createServer(authority.issue({ dnsNames: ['localhost'] }), (request, response) => {
    void answer(request, { revision, native, istioVersion }).then(
      (body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  const configuration = webhookConfiguration({
    revision,
    url: `https://localhost:${address.port}/inject`,
    caBundle: Buffer.from(authority.cert).toString('base64'),
  });
  const stop = async (): Promise<void> => {
    if ((await api.find(configuration)) !== undefined) await api.delete(configuration);
    server.close();
    server.closeAllConnections();
  };
  try {
    await install(api, ISTIO_NAMESPACE);
    await install(api, configuration, 'pilot-discovery');
    await untilInjected(api, revision);
  } catch (error) {
    server.close();
    throw error;
  }
  return { stop };
}

/** Where istiod would run. */
const ISTIO_NAMESPACE: KubeObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'istio-system' },
};

interface AdmissionReview {
  readonly request: { readonly uid: string; readonly namespace: string; readonly object: KubeObject };
}

async function answer(request: IncomingMessage, options: InjectionOptions): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { uid, namespace, object } = (JSON.parse(Buffer.concat(chunks).toString()) as AdmissionReview)
    .request;
  const injection = inject(object, namespace, options);
  const review = (response: object): unknown => ({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid, ...response },
  });
  switch (injection.kind) {
    case 'skipped':
      return review({ allowed: true });
    case 'refused':
      return review({ allowed: false, status: { message: injection.message } });
    case 'injected': {
      const patch = Buffer.from(JSON.stringify(difference(object, injection.pod))).toString('base64');
      return review({ allowed: true, patchType: 'JSONPatch', patch });
    }
  }
}

/** A JSON patch that sets whole metadata and spec; on the very object that was sent, that is exact. */
function difference(before: KubeObject, after: KubeObject): unknown[] {
  return (['metadata', 'spec'] as const)
    .filter((field) => !isDeepStrictEqual(before[field], after[field]))
    .map((field) => ({ op: 'replace', path: `/${field}`, value: after[field] }));
}

interface Registration {
  readonly revision: string;
  readonly url: string;
  readonly caBundle: string;
}

/** The four webhooks of an Istio install since 1.10; only the default revision has the last two. */
function webhookConfiguration({ revision, url, caBundle }: Registration): KubeObject {
  const is = (key: string, ...values: string[]): object => ({ key, operator: 'In', values });
  const isNot = (key: string, ...values: string[]): object => ({ key, operator: 'NotIn', values });
  const absent = (key: string): object => ({ key, operator: 'DoesNotExist' });
  const webhook = (name: string, namespace: object[], object: object[]): object => ({
    name: `${name}.sidecar-injector.istio.io`,
    clientConfig: { url, caBundle },
    namespaceSelector: { matchExpressions: namespace },
    objectSelector: { matchExpressions: object },
    rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
    failurePolicy: 'Fail',
    reinvocationPolicy: 'Never',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  });
  const [rev, enabled, injectLabel] = ['istio.io/rev', 'istio-injection', 'sidecar.istio.io/inject'];
  const revisioned = [
    webhook('rev.namespace', [is(rev, revision), absent(enabled)], [isNot(injectLabel, 'false')]),
    webhook('rev.object', [absent(rev), absent(enabled)], [isNot(injectLabel, 'false'), is(rev, revision)]),
  ];
  const plain = [
    webhook('namespace', [is(enabled, 'enabled')], [isNot(injectLabel, 'false')]),
    webhook('object', [absent(enabled), absent(rev)], [is(injectLabel, 'true'), absent(rev)]),
  ];
  const suffix = revision === 'default' ? '' : `-${revision}`;
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: {
      name: `istio-sidecar-injector${suffix}`,
      labels: { app: 'sidecar-injector', 'istio.io/rev': revision },
    },
    webhooks: revision === 'default' ? [...revisioned, ...plain] : revisioned,
  };
}
