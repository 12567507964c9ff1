// The leftover of Citadel: Secret istio.<service account> of type istio.io/key-and-cert, with a real certificate in it.
import type { KubeObject } from '../api/kube-object.ts';
import { createAuthority } from '../control-plane/certificates.ts';

export interface LegacySecretOptions {
  readonly namespace: string;
  readonly serviceAccount?: string;
  readonly notAfter: Date;
  readonly notBefore?: Date;
  readonly trustDomain?: string;
}

/** A manifest as Citadel 1.4 wrote it: same keys (two of them empty), same annotation, SPIFFE URI as the only name. */
export function legacySecret(options: LegacySecretOptions): KubeObject {
  const { namespace, serviceAccount = 'default', notAfter, trustDomain = 'cluster.local' } = options;
  // Citadel's certificates lived for 90 days.
  const notBefore = options.notBefore ?? new Date(notAfter.getTime() - 90 * 86_400_000);
  const authority = createAuthority({ organizations: [trustDomain], notBefore });
  const uris = [`spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`];
  const { cert, key } = authority.issue({ uris, notBefore, notAfter });
  return legacySecretOf({ namespace, serviceAccount, cert, key, root: authority.cert });
}

/** The same of certificates that are there already; PEM texts. */
export function legacySecretOf(options: {
  readonly namespace: string;
  readonly serviceAccount?: string;
  readonly cert: string;
  readonly key: string;
  readonly root: string;
}): KubeObject {
  const { namespace, serviceAccount = 'default', cert, key, root } = options;
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `istio.${serviceAccount}`,
      namespace,
      annotations: { 'istio.io/service-account.name': serviceAccount },
    },
    type: 'istio.io/key-and-cert',
    data: {
      'cert-chain.pem': base64(cert),
      'key.pem': base64(key),
      'root-cert.pem': base64(root),
      'ca-cert.pem': '',
      'ca-key.pem': '',
    },
  };
}
