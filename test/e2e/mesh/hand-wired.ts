// A Prometheus that was wired into the mesh by hand, every field of docs/design/contract.md, section 1, in its template:
// no meshscrape has a part in it.
import { dump } from 'js-yaml';

import type { Target } from '../../../testbed/mesh/targets.ts';

const DIRECTORY = '/etc/prom-certs';
const TLS = {
  ca_file: `${DIRECTORY}/root-cert.pem`,
  cert_file: `${DIRECTORY}/cert-chain.pem`,
  key_file: `${DIRECTORY}/key.pem`,
  insecure_skip_verify: true,
};

/** All manifests; one job per target, named after it, and one that comes to the strict target without a certificate. */
export function handWiredPrometheus(targets: readonly Target[]): string {
  const job = (name: string, { kind, address }: Target, tls: object): object => ({
    job_name: name,
    scheme: kind === 'plain' ? 'http' : 'https',
    static_configs: [{ targets: [address] }],
    ...(kind === 'plain' ? {} : { tls_config: tls }),
  });
  const strict = targets.filter(({ kind }) => kind === 'strict');
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      ...targets.map((target) => job(target.name, target, TLS)),
      ...strict.map((target) => job('strict-without-certificate', target, { insecure_skip_verify: true })),
      {
        job_name: 'pods',
        scheme: 'https',
        kubernetes_sd_configs: [{ role: 'pod', namespaces: { own_namespace: true } }],
        relabel_configs: [
          { source_labels: ['__meta_kubernetes_pod_label_app'], regex: 'strict-app', action: 'keep' },
        ],
        tls_config: TLS,
      },
    ],
  };
  const account = { kind: 'ServiceAccount', name: 'prometheus' };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account.name } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'prometheus' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'prometheus' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'prometheus' },
      subjects: [account],
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'prometheus' },
      data: { 'prometheus.yaml': dump(config) },
    },
    statefulSet(),
  ]
    .map((object) => dump(object))
    .join('---\n');
}

function statefulSet(): object {
  const labels = { app: 'prometheus' };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'prometheus' },
    spec: {
      serviceName: 'prometheus',
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels: { ...labels, 'sidecar.istio.io/inject': 'true' },
          annotations: {
            'sidecar.istio.io/inject': 'true',
            'traffic.sidecar.istio.io/includeInboundPorts': '',
            'traffic.sidecar.istio.io/includeOutboundIPRanges': '',
            'traffic.sidecar.istio.io/includeOutboundPorts': '',
            'sidecar.istio.io/rewriteAppHTTPProbers': 'false',
            'prometheus.istio.io/merge-metrics': 'false',
            'proxy.istio.io/config': dump({
              proxyMetadata: { OUTPUT_CERTS: '/etc/istio-output-certs' },
              holdApplicationUntilProxyStarts: true,
            }),
            'sidecar.istio.io/userVolumeMount': JSON.stringify([
              { name: 'istio-output-certs', mountPath: '/etc/istio-output-certs' },
            ]),
          },
        },
        spec: {
          serviceAccountName: 'prometheus',
          containers: [
            {
              name: 'prometheus',
              image: 'prom/prometheus:v3.16.0',
              args: [
                '--config.file=/etc/prometheus/prometheus.yaml',
                '--storage.tsdb.path=/prometheus',
                '--web.enable-lifecycle',
              ],
              readinessProbe: { httpGet: { path: '/-/ready', port: 9090 } },
              volumeMounts: [
                { name: 'config', mountPath: '/etc/prometheus' },
                { name: 'config', mountPath: '/etc/frozen/prometheus.yaml', subPath: 'prometheus.yaml' },
                { name: 'istio-output-certs', mountPath: DIRECTORY, readOnly: true },
                { name: 'data', mountPath: '/prometheus' },
              ],
            },
            { name: 'reloader', image: 'pause' },
          ],
          volumes: [
            { name: 'config', configMap: { name: 'prometheus' } },
            { name: 'istio-output-certs', emptyDir: { medium: 'Memory' } },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  };
}
