// Every reason that a condition can carry, with its meaning and its fix. docs/ is made from it.
import { CONFIG_REASONS } from './config-reasons.ts';

export interface Reason {
  readonly meaning: string;
  readonly fix: string;
}

const NOTHING_TO_DO = 'Nothing to do.';
const BY_ITSELF = 'It goes on by itself.';

export const REASONS = {
  Terminating: {
    meaning: 'The resource is being deleted, and what it wrote is undone step by step.',
    fix: 'It goes on by itself: the message says what it waits for, and until when.',
  },
  NotYetSeen: {
    meaning: 'The controller has not reconciled the resource yet.',
    fix: 'Check that the controller runs.',
  },
  Succeeded: { meaning: 'What the condition says is true.', fix: NOTHING_TO_DO },
  AppliedUnverified: {
    meaning: 'Everything is wired and rewritten; whether Prometheus has reloaded cannot be known.',
    fix: 'Reload Prometheus if no reloader does it.',
  },
  Progressing: { meaning: 'A change is on its way.', fix: BY_ITSELF },
  ProgressingWithRetry: {
    meaning: 'A write did not go through and is tried again with growing pauses.',
    fix: 'Read the message; usually it heals by itself.',
  },
  Suspended: {
    meaning: 'spec.suspend is set: differences are reported, nothing is written.',
    fix: 'Unset spec.suspend.',
  },
  Ignored: { meaning: 'spec.manage leaves this part to you; it counts as satisfied.', fix: NOTHING_TO_DO },
  PendingChanges: {
    meaning: 'In Observe: changes are known and not written.',
    fix: 'Commit what status.pending shows, or set mode Enforce.',
  },
  DriftDetected: {
    meaning: 'Something that was in sync differs now.',
    fix: 'In Enforce it is corrected by itself; in Observe correct it where it is kept.',
  },
  DriftCorrected: {
    meaning: 'Drift was corrected.',
    fix: 'If it comes back, find who writes it: see the message.',
  },
  NoDriftDetected: { meaning: 'Nothing that was in sync differs.', fix: NOTHING_TO_DO },
  NoConflict: { meaning: 'Nobody else holds a field that is needed.', fix: NOTHING_TO_DO },
  FieldConflict: {
    meaning: 'Another manager holds a field with a value that was never ours to change.',
    fix: 'Take the names of a wiring that works, where the message gives them; else change the value there, or set spec.conflictPolicy to Force.',
  },
  DryRunUnsupported: {
    meaning:
      'In Observe: a webhook may have side effects, so that a write cannot be tried, and whether it would conflict is not known.',
    fix: 'Nothing to do before Enforce; with sideEffects None or NoneOnDryRun the webhook lets dry runs pass.',
  },
  NotAuthorized: {
    meaning: 'The controller may not read or write something; this is not the same as absent.',
    fix: 'Grant the rule that the message names (deploy/ holds the whole list).',
  },
  WriteRefused: {
    meaning: 'The API server or an admission webhook refused a write.',
    fix: "The message is the API server's sentence: fix what it names.",
  },
  WorkloadNotFound: {
    meaning: 'The StatefulSet does not exist.',
    fix: 'Create it; or name one that exists in a new resource, for the name of this one cannot be changed.',
  },
  ContainerNotFound: {
    meaning: 'Which container is Prometheus is not known.',
    fix: 'Name it in spec.workload.container.',
  },
  NotAScraper: {
    meaning:
      'The container has no argument --config.file and no known image of Prometheus: it is left alone.',
    fix: 'Name the container that runs Prometheus in spec.workload.container, or give it its --config.file.',
  },
  OwnedByController: {
    meaning: 'Another controller owns the StatefulSet and would undo every change.',
    fix: 'Change the owner that the message names instead.',
  },
  TargetClaimed: {
    meaning: 'An older PrometheusIstioScrape manages this workload.',
    fix: 'Delete one of the two.',
  },
  InboundPolicyWouldBeBypassed: {
    meaning: 'Turning inbound interception off would take policies off the pods.',
    fix: 'Set spec.workload.allowUnprotectedInbound if that is acceptable.',
  },
  InjectionWouldNotHappen: {
    meaning: 'The pods would be restarted and get no istio-proxy: labels and webhooks say so for certain.',
    fix: 'Change the label that the message names. It is checked again every minute.',
  },
  PodWouldBeRefused: {
    meaning:
      'The pods would be restarted and refused, by Pod Security for what injection adds to them or by the injector itself.',
    fix: 'The message says what is lacking and what would help; docs/concepts.md says what CNI and seccompProfile have to do with it. It is checked again every minute.',
  },
  VolumeNameTaken: {
    meaning: 'The pod template has a volume of that name from another source.',
    fix: 'Set spec.certificates.volumeName to a free name.',
  },
  MountPathTaken: {
    meaning: 'The container mounts something at, below or above the mount path.',
    fix: 'Set spec.certificates.mountPath to a free directory.',
  },
  AnnotationNotMergeable: {
    meaning: 'An annotation of the pod template cannot be read well enough to merge into it.',
    fix: 'Correct the annotation as the message says.',
  },
  NameTaken: {
    meaning: 'A Sidecar or PeerAuthentication of our name exists and is not ours.',
    fix: 'Create the resource under another name, or rename or delete that object.',
  },
  SelectorTooWide: {
    meaning: "The StatefulSet's selector reaches other workloads' pods too.",
    fix: 'Give the pods a label of their own.',
  },
  RivalFound: {
    meaning: 'An older PeerAuthentication of the same scope makes ours inert.',
    fix: 'Delete it or set its mode to DISABLE.',
  },
  IstioNotInstalled: {
    meaning: "Istio's CRD is not there.",
    fix: 'Install Istio; it is picked up when it appears.',
  },
  WaitingForMeshPolicy: { meaning: 'The PeerAuthentication comes first.', fix: 'See MeshPolicyApplied.' },
  WaitingForWorkload: { meaning: 'The pod template comes first.', fix: 'See WorkloadWired.' },
  WaitingForRollout: {
    meaning: 'A rollout runs; a second one would restart Prometheus again.',
    fix: BY_ITSELF,
  },
  TemplateWriteInterval: {
    meaning: 'The pod template was written a short while ago; each write restarts Prometheus.',
    fix: BY_ITSELF,
  },
  WaitingForCertificates: {
    meaning: 'Not every pod has its certificates yet; job files change only when the files exist.',
    fix: BY_ITSELF,
  },
  RolloutOnDelete: {
    meaning: 'updateStrategy is OnDelete: a pod of an earlier revision stays until somebody deletes it.',
    fix: 'Delete the pod when it suits you: the message has the command.',
  },
  RolloutPartitioned: {
    meaning: 'updateStrategy has a partition that keeps a pod at an earlier revision.',
    fix: 'Lower spec.updateStrategy.rollingUpdate.partition.',
  },
  RolloutBlocked: {
    meaning: 'A pod of an earlier revision does not become ready, and under OrderedReady nobody replaces it.',
    fix: 'Delete the pod: the message has the command.',
  },
  PodCreationRefused: {
    meaning: 'The API server or an admission webhook refuses the pod; nothing runs in its place.',
    fix: "The message is the API server's sentence: fix what it names. Where it is our write that is refused, it has the command that brings the pods back.",
  },
  PodNotScheduled: {
    meaning: 'No node takes the pod.',
    fix: 'kubectl describe of the pod says what it asks for and no node has.',
  },
  PodNotInjected: {
    meaning: 'A pod was made from the wired template and got no istio-proxy: no webhook injected it.',
    fix: "Correct spec.istio.revision or the namespace's labels, then delete the pod.",
  },
  ProxyCrashLooping: {
    meaning: 'istio-proxy crashes again and again.',
    fix: 'Read its log: the message has the command.',
  },
  ProxyNotReady: {
    meaning: 'istio-proxy, or an init container before it, does not come up.',
    fix: 'The message says what kubelet says; an unwritable outputDirectory keeps it unready too.',
  },
  PrometheusNotRunning: {
    meaning: 'istio-proxy is ready and the Prometheus container does not run.',
    fix: 'Read its log: the message has the command.',
  },
  ProofImpossible: {
    meaning:
      'What is seen of istio-proxy does not prove that its files exist and are renewed: its version, its probe or its OUTPUT_CERTS.',
    fix: 'The message says what was found and what would prove it.',
  },
  IstioNamespaceNotFound: {
    meaning: 'The namespace that spec.istio.namespace names does not exist.',
    fix: 'Set spec.istio.namespace to the namespace in which istiod runs.',
  },
  PreflightFailed: {
    meaning: 'Nothing is written before what it is needed for can be done: no restart for nothing.',
    fix: 'See Ready: it says what is missing.',
  },
  Adopted: {
    meaning: "The wiring is its owner's and coherent: nothing of pod template and mesh policy is written.",
    fix: NOTHING_TO_DO,
  },
  AdoptedWiringLost: {
    meaning: 'Wiring that was adopted is gone or no longer coherent.',
    fix: 'Set it again as the message says; where it offers that, set spec.manage.workload to Enforce.',
  },
  WiringIncoherent: {
    meaning:
      'OUTPUT_CERTS, the mounts of istio-proxy and those of Prometheus disagree, so Prometheus reads no file that is renewed.',
    fix: 'Correct the field that the message names.',
  },
  ProxyContainerInTemplate: {
    meaning:
      'The pod template brings a container istio-proxy of its own, whose env counts and does not write what is needed.',
    fix: 'Take the container out, or give it OUTPUT_CERTS; where its wiring works, take its names as the message says.',
  },
  SharedConfigNotWired: {
    meaning: 'A pod of another workload mounts the ConfigMap and has no certificates.',
    fix: 'Wire that workload first.',
  },
  ...CONFIG_REASONS,
  WaitingForReload: {
    meaning:
      'A replica does not serve the new paths yet; it is asked again and, where that is ours, reloaded.',
    fix: BY_ITSELF,
  },
  ConfigNotPropagated: {
    meaning: 'A replica does not serve the new paths after three minutes.',
    fix: 'See whether the ConfigMap reaches the pod and what Prometheus logs about it.',
  },
  ReloadNeeded: {
    meaning:
      'A replica has served the old paths for three minutes, and nothing is seen that would reload it.',
    fix: 'Reload Prometheus, or give it --web.enable-lifecycle or a reloader.',
  },
  RestartNeeded: {
    meaning:
      'A replica reads the old file for three minutes: it is mounted by subPath, which is never updated in a running pod.',
    fix: 'Restart the pod when it suits you.',
  },
  PoolMissing: {
    meaning:
      'Prometheus has no scrape pool for a rewritten job: files were missing when it was made, or discovery has not delivered.',
    fix: 'Read the log of Prometheus and what the message says of the cause, then reload it. Ready is False once no replica has had the pool for a minute.',
  },
  CertificateFailure: {
    meaning: 'Targets fail because of the certificates.',
    fix: 'See status.targets.failures: cause and fix are there.',
  },
  TargetsDown: {
    meaning: 'Targets are down for other causes than the certificates.',
    fix: 'See status.targets.failures: cause and fix are there.',
  },
  NotVerified: {
    meaning: 'Prometheus could not be asked; this is not a failure.',
    fix: 'The message says why: address, web TLS, password or network policy.',
  },
  LegacySecretMounted: {
    meaning: 'A Citadel secret that nobody renews is mounted or read; the message says by whom.',
    fix: 'Take volume and mount out once every job reads the new files.',
  },
  LegacySecretExpiring: {
    meaning: 'The certificate of a Citadel secret that is in use expires in less than 30 days.',
    fix: 'Let the jobs read the renewed certificates before that day: see Ready.',
  },
  LegacySecretExpired: {
    meaning: 'The certificate of a Citadel secret that is in use has expired.',
    fix: 'Let the jobs read the renewed certificates, then take volume and mount out: see Ready.',
  },
  LegacySecretOfOtherRoot: {
    meaning: 'A Citadel secret that is in use was signed by a CA that the mesh no longer has.',
    fix: 'As for LegacySecretExpired: scraping with it fails already.',
  },
  NoLegacySecret: {
    meaning: 'Neither pod template, pods nor jobs use a Citadel secret.',
    fix: NOTHING_TO_DO,
  },
} as const satisfies Readonly<Record<string, Reason>>;

export type ReasonName = keyof typeof REASONS;

/** What passes by itself: steps on the way, about which nobody has anything to do. */
export const UNDER_WAY: ReadonlySet<string> = new Set<ReasonName>([
  'Progressing',
  'WaitingForMeshPolicy',
  'WaitingForWorkload',
  'WaitingForRollout',
  'WaitingForCertificates',
  'TemplateWriteInterval',
  'WaitingForReload',
  'Terminating',
]);
