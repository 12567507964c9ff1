// The legacy Prometheus that e2e tests start from: a StatefulSet, its ConfigMap and a custom resource, as raw manifests.
import type { KubeObject } from '../../testbed/api/kube-object.ts';

export const PROMETHEUS_YAML = `# kept by hand since 2019
global:
  scrape_interval: 15s   # do not touch

scrape_configs:
- job_name: 'kubernetes-apiservers'
  kubernetes_sd_configs:
  - role: endpoints
  scheme: https
  tls_config:
    ca_file: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
- job_name: 'kubernetes-pods-istio-secure'
  honor_labels: true
  scheme: https
  tls_config:
    ca_file: /etc/certs/root-cert.pem
    cert_file: "/etc/certs/cert-chain.pem"   # citadel
    key_file: /etc/certs/key.pem
    insecure_skip_verify: true  # no SPIFFE name check
  kubernetes_sd_configs:
  - role: pod
`;

/** The same file with its secure job on the renewed certificates: four scalars, nothing else. */
export const REWRITTEN_YAML = PROMETHEUS_YAML.replaceAll('/etc/certs/', '/etc/prom-certs/');

export interface WorldOptions {
  readonly namespace: string;
  readonly name?: string;
  readonly replicas?: number;
  readonly updateStrategy?: object;
  readonly templateAnnotations?: Readonly<Record<string, string>>;
  readonly config?: string;
}

/** The StatefulSet, as a person wrote it. */
export function statefulSet(options: WorldOptions): KubeObject {
  const { namespace, name = 'prometheus', replicas = 1, updateStrategy, templateAnnotations } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace },
    spec: {
      replicas,
      serviceName: name,
      selector: { matchLabels: { app: name } },
      ...(updateStrategy === undefined ? {} : { updateStrategy }),
      template: {
        metadata: {
          labels: { app: name },
          ...(templateAnnotations === undefined ? {} : { annotations: templateAnnotations }),
        },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name: 'prometheus',
              image: 'quay.io/prometheus/prometheus:v3.5.0',
              args: ['--config.file=/etc/prometheus/prometheus.yaml', '--web.enable-lifecycle'],
              volumeMounts: [
                { name: 'config', mountPath: '/etc/prometheus' },
                { name: 'istio-certs', mountPath: '/etc/certs', readOnly: true },
              ],
            },
          ],
          volumes: [
            { name: 'config', configMap: { name } },
            { name: 'istio-certs', secret: { secretName: 'istio.default', optional: true } },
          ],
        },
      },
    },
  };
}

/** The ConfigMap that holds prometheus.yaml. */
export function configMap({
  namespace,
  name = 'prometheus',
  config = PROMETHEUS_YAML,
}: WorldOptions): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    data: { 'prometheus.yaml': config, 'rules.yaml': 'groups: []\n' },
  };
}

/** The custom resource; `spec` is laid over the smallest one. */
export function promscrape({ namespace, name = 'prometheus' }: WorldOptions, spec: object = {}): KubeObject {
  return {
    apiVersion: 'meshscrape.dev/v1alpha1',
    kind: 'PrometheusIstioScrape',
    metadata: { name, namespace },
    spec: { workload: { name }, ...spec },
  };
}
