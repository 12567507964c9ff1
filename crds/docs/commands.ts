// The command that shows more about a reason or finding, where one helps: $ns, $name, $workload and $pod are set by the
// reader. A test checks every path into a PrometheusIstioScrape against the CRD.
import type { FindingCode } from '../../src/api/findings.ts';
import type { ReasonName } from '../../src/api/reasons.ts';

const resource = (jsonpath: string): string =>
  `kubectl get promscrape "$name" -n "$ns" -o jsonpath='${lines(jsonpath)}'`;
const statefulSet = (jsonpath: string): string =>
  `kubectl get statefulset "$workload" -n "$ns" -o jsonpath='${lines(jsonpath)}'`;
/** What goes over a list ends each line itself. */
const lines = (jsonpath: string): string => (jsonpath.endsWith('{end}') ? jsonpath : `${jsonpath}{"\\n"}`);
const logs = (container: string): string => `kubectl logs "$pod" -n "$ns" -c ${container} --tail=50`;

const DRIFT = resource(
  '{range .status.drift.fields[*]}{.resolution} {.target} {.path}: {.actual}, by {.changedBy.manager}{"\\n"}{end}',
);
const PENDING = resource(
  '{range .status.pending[*]}{.operation} {.target} {.path}: {.expected} (waits for {.waitingFor}){"\\n"}{end}',
);
const FAILURES = resource(
  '{range .status.targets.failures[*]}{.count} {.cause} {.example}: {.fix}{"\\n"}{end}',
);
const STALE = resource(
  '{range .status.staleSecrets[*]}{.secret} {.state} {.notAfter} {.usedBy[*].path}{"\\n"}{end}',
);
const POLICIES = 'kubectl get sidecars.networking.istio.io,peerauthentications.security.istio.io -n "$ns"';
const INJECTION = `kubectl get namespace "$ns" --show-labels
${statefulSet('{.spec.template.metadata.labels}')}
kubectl get mutatingwebhookconfigurations`;
const POD_SECURITY = `kubectl get namespace "$ns" --show-labels
kubectl get configmap istio-sidecar-injector -n istio-system -o jsonpath='{.data.values}' | grep -A3 -E '"(cni|istio_cni|seccompProfile)"'
${statefulSet('{.spec.template.spec.securityContext.seccompProfile}')}`;
const PODS = 'kubectl get pods -n "$ns" --show-labels';
const CONTROLLER = 'kubectl logs -n meshscrape-system deployment/meshscrape --tail=50';
const TEMPLATE_ANNOTATIONS = statefulSet('{.spec.template.metadata.annotations}');
const CONFIG_FILE = `${statefulSet('{.spec.template.spec.containers[*].args}')}
${statefulSet('{.spec.template.spec.containers[*].volumeMounts}')}
${statefulSet('{.spec.template.spec.volumes}')}`;
const CONFIG_MAP_NAME = `configmap=$(${resource('{.status.config.configMap}')})`;
const CONFIG_MAP = `${CONFIG_MAP_NAME}\nkubectl get configmap "$configmap" -n "$ns" -o yaml`;

const OF_REASONS: Readonly<Partial<Record<ReasonName, string>>> = {
  NotYetSeen: `kubectl get pods -n meshscrape-system\n${CONTROLLER}`,
  AppliedUnverified: resource('{.status.conditions[?(@.type=="Reloaded")].message}'),
  ProgressingWithRetry: CONTROLLER,
  Suspended: `kubectl patch promscrape "$name" -n "$ns" --type merge -p '{"spec":{"suspend":false}}'`,
  PendingChanges: PENDING,
  DriftDetected: DRIFT,
  DriftCorrected: DRIFT,
  FieldConflict: 'kubectl get statefulset "$workload" -n "$ns" -o yaml --show-managed-fields',
  DryRunUnsupported: `kubectl get mutatingwebhookconfigurations,validatingwebhookconfigurations \\
  -o jsonpath='{range .items[*].webhooks[*]}{.name} {.sideEffects}{"\\n"}{end}'`,
  NotAuthorized: 'kubectl auth can-i --list -n "$ns" --as=system:serviceaccount:meshscrape-system:meshscrape',
  WorkloadNotFound: 'kubectl get statefulsets -n "$ns"',
  ContainerNotFound: statefulSet('{.spec.template.spec.containers[*].name}'),
  NotAScraper: statefulSet('{.spec.template.spec.containers[*].image}'),
  OwnedByController: statefulSet('{.metadata.ownerReferences}'),
  TargetClaimed: 'kubectl get promscrape -n "$ns" --sort-by=.metadata.creationTimestamp',
  InboundPolicyWouldBeBypassed: `kubectl get authorizationpolicies.security.istio.io,requestauthentications.security.istio.io -n "$ns"
kubectl get authorizationpolicies.security.istio.io,requestauthentications.security.istio.io -n istio-system`,
  InjectionWouldNotHappen: INJECTION,
  PodWouldBeRefused: POD_SECURITY,
  VolumeNameTaken: statefulSet('{.spec.template.spec.volumes}'),
  MountPathTaken: statefulSet('{.spec.template.spec.containers[*].volumeMounts}'),
  AnnotationNotMergeable: TEMPLATE_ANNOTATIONS,
  NameTaken: POLICIES,
  SelectorTooWide: `${statefulSet('{.spec.selector}')}\n${PODS}`,
  RivalFound: POLICIES,
  IstioNotInstalled: 'kubectl get crd sidecars.networking.istio.io peerauthentications.security.istio.io',
  WaitingForRollout: 'kubectl rollout status statefulset "$workload" -n "$ns"',
  WaitingForCertificates: PODS,
  RolloutOnDelete: 'kubectl delete pod "$pod" -n "$ns"',
  RolloutPartitioned: `kubectl patch statefulset "$workload" -n "$ns" --type merge \\
  -p '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}}'`,
  RolloutBlocked: 'kubectl delete pod "$pod" -n "$ns"',
  PodCreationRefused: 'kubectl get events -n "$ns" --field-selector reason=FailedCreate',
  PodNotScheduled: 'kubectl describe pod "$pod" -n "$ns"',
  PodNotInjected: INJECTION,
  ProxyCrashLooping: `${logs('istio-proxy')} --previous`,
  ProxyNotReady: `kubectl describe pod "$pod" -n "$ns"\n${logs('istio-proxy')}`,
  PrometheusNotRunning: `kubectl describe pod "$pod" -n "$ns"\n${logs('prometheus')}`,
  ProofImpossible: 'kubectl exec "$pod" -n "$ns" -c prometheus -- ls -l /etc/prom-certs',
  ConfigMapNotResolved: CONFIG_FILE,
  ConfigMapNotFound: CONFIG_FILE,
  ConfigMapKeyNotFound: CONFIG_MAP,
  ConfigUnparsable: `${CONFIG_MAP_NAME}
kubectl get configmap "$configmap" -n "$ns" -o jsonpath='{.data.prometheus\\.yaml}' > prometheus.yaml
promtool check config --syntax-only prometheus.yaml`,
  JobsRefused: resource('{range .status.config.skippedJobs[*]}{.job} {.reason}: {.message}{"\\n"}{end}'),
  ConfigNotPropagated: logs('prometheus'),
  ReloadNeeded: 'kubectl exec "$pod" -n "$ns" -c prometheus -- kill -HUP 1',
  RestartNeeded: 'kubectl rollout restart statefulset "$workload" -n "$ns"',
  PoolMissing: logs('prometheus'),
  CertificateFailure: FAILURES,
  TargetsDown: FAILURES,
  NotVerified: resource('{.status.conditions[?(@.type=="Reloaded")].message}'),
  LegacySecretMounted: STALE,
  LegacySecretExpiring: STALE,
  LegacySecretExpired: STALE,
  LegacySecretOfOtherRoot: STALE,
};

const OF_FINDINGS: Readonly<Partial<Record<FindingCode, string>>> = {
  OutputDirectoryNotMounted: TEMPLATE_ANNOTATIONS,
  OutputDirectoryReadOnly: TEMPLATE_ANNOTATIONS,
  OutputVolumeUndeclared: `${TEMPLATE_ANNOTATIONS}\n${statefulSet('{.spec.template.spec.volumes}')}`,
  ProxyConfigKeyIgnored: TEMPLATE_ANNOTATIONS,
  RivalSidecar: POLICIES,
  EgressHostMatchesNothing: `${resource('{.status.istio.egressHosts}')}\nkubectl get services --all-namespaces -l app=istiod`,
  CertificateNotRenewed: `${resource('{.status.certificates.serving}')}\n${logs('istio-proxy')}`,
  InjectorNotSeen: INJECTION,
  PodSecurityUnknown: POD_SECURITY,
  NotInjected: INJECTION,
  InjectorsOverlap: INJECTION,
  InjectedByOtherRevision: INJECTION,
};

export const COMMANDS: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...OF_REASONS, ...OF_FINDINGS }),
);
