// A test file's share of the e2e control plane: its own namespace, client and kubelet stand-in.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, inject } from 'vitest';

import type { Api } from '../../testbed/api/client.ts';
import { connect } from '../../testbed/api/client.ts';
import { installNamespace } from '../../testbed/api/install.ts';
import type { CommandResult } from '../../testbed/control-plane/kubeconfig.ts';
import { kubeconfigFor, runKubectl } from '../../testbed/control-plane/kubeconfig.ts';
import type { Kubelet } from '../../testbed/stand-ins/kubelet.ts';
import { startKubelet } from '../../testbed/stand-ins/kubelet.ts';
// Types what the global setup provides.
import type {} from '../e2e/global-setup.ts';

export interface TestBed {
  /** Administrator; closed after the file's tests. */
  readonly api: Api;
  /** The file's own namespace; it exists from the first test on. */
  readonly namespace: string;
  /** Plays the kubelet in that namespace; throws when it was not asked for, or before the first test. */
  readonly kubelet: Kubelet;
  readonly url: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly kubeconfigFor: (user: string, groups?: readonly string[]) => string;
  readonly kubectl: (...args: readonly string[]) => Promise<CommandResult>;
}

export interface TestBedOptions {
  /** True where unset. */
  readonly kubelet?: boolean;
  /** Labels of the namespace, such as `istio-injection: disabled`. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** To be called once at the top level of a test file; registers what must happen before and after its tests. */
export function useTestBed(options: TestBedOptions = {}): TestBed {
  const { kubeconfig, admin, identity } = inject('controlPlane');
  const connection = { url: identity.url, ca: identity.authority.cert, ...admin };
  const api = connect(connection);
  const namespace = `e2e-${randomBytes(4).toString('hex')}`;
  let kubelet: Kubelet | undefined;

  beforeAll(async () => {
    await installNamespace(api, namespace, options.labels);
    if (options.kubelet !== false) kubelet = await startKubelet({ api, namespace });
  });
  afterAll(async () => {
    await api.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await kubelet?.stop();
    await api.close();
  });

  return {
    ...connection,
    api,
    namespace,
    kubeconfig,
    get kubelet(): Kubelet {
      if (kubelet === undefined) throw new Error('this test bed has no kubelet (yet)');
      return kubelet;
    },
    kubeconfigFor: (user, groups) => kubeconfigFor(identity, user, groups),
    kubectl: async (...args) => runKubectl(kubeconfig, args),
  };
}
