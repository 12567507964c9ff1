// Every code that an entry of status.findings can carry, with its meaning and its fix. docs/ is made from it.
import { INJECT, MERGE_METRICS, PROXY_CONFIG, REWRITE_PROBES, USER_VOLUME_MOUNT } from './istio-names.ts';
import type { Reason } from './reasons.ts';

export const FINDINGS = {
  StalePath: {
    meaning: 'A file under a legacy directory is named in a place of prometheus.yaml that is never edited.',
    fix: 'Change the path yourself before the legacy mount goes.',
  },
  SchemeNotHttps: {
    meaning: 'The scheme of a chosen job is not https, so its tls_config may be unused.',
    fix: 'Set scheme to https, or leave the job out by spec.config.jobs.',
  },
  ServerNameSet: {
    meaning: "A chosen job checks a server name, which Istio's certificates do not carry.",
    fix: 'Remove server_name from its tls_config.',
  },
  DirectoryNotListed: {
    meaning:
      "A job reads files that are named like Istio's in a directory that is not a legacy one: it is left as it is.",
    fix: 'Add the directory to spec.config.legacyDirectories.',
  },
  FilesOfAnotherSource: {
    meaning:
      "A job reads files in a legacy directory, or named like Istio's, from a volume that is no secret of Citadel: they are left as they are.",
    fix: "Nothing, if they are another owner's; else name the job in spec.config.jobs.",
  },
  FilesReplaced: {
    meaning: "A job that spec.config.jobs names reads files that are not Istio's: they give way to ours.",
    fix: 'Take its name out of spec.config.jobs before that if it should keep them.',
  },
  PatternMatchesNothing: {
    meaning: 'A pattern of spec.config.jobs matches no job any more; the others are done.',
    fix: 'Correct it or take it out: the message names the jobs that there are.',
  },
  JobLeftOut: {
    meaning: "Jobs read Istio's certificates that nobody renews, and spec.config.jobs leaves them out.",
    fix: 'Add them to spec.config.jobs, unless that is what you want.',
  },
  KeyFileIsCertificate: {
    meaning: "A job's key_file names cert-chain.pem or root-cert.pem: the connection cannot be made.",
    fix: 'The rewrite corrects it; in a job that is left alone set it to key.pem.',
  },
  CertFileIsKey: {
    meaning: "A job's cert_file names key.pem.",
    fix: 'The rewrite corrects it; in a job that is left alone set it to cert-chain.pem.',
  },
  CertFileIsRoot: {
    meaning: "A job's cert_file names root-cert.pem, which is not the certificate of the key.",
    fix: 'The rewrite corrects it; in a job that is left alone set it to cert-chain.pem.',
  },
  CaFileIsKey: {
    meaning: "A job's ca_file names key.pem.",
    fix: 'The rewrite corrects it; in a job that is left alone set it to root-cert.pem.',
  },
  FilesInDifferentDirectories: {
    meaning: 'The three files of a job come from different directories, so they need not belong together.',
    fix: 'The rewrite corrects it; in a job that is left alone name one directory.',
  },
  ClientCertificateIncomplete: {
    meaning: 'A job has cert_file without key_file, the reverse, or neither.',
    fix: 'The rewrite corrects it; in a job that is left alone name both.',
  },
  CaFileMissing: {
    meaning: "A job that reads Istio's certificates and is left alone has no ca_file.",
    fix: 'Set it to root-cert.pem in the same directory.',
  },
  SkipVerifyMissing: {
    meaning:
      "A job that reads Istio's certificates and is left alone checks host names, which these do not carry.",
    fix: 'Set insecure_skip_verify: true in its tls_config.',
  },
  OutputDirectoryIsInput: {
    meaning: 'OUTPUT_CERTS is a directory that the agent reads as its own input, such as /etc/certs.',
    fix: 'Write to another one: /etc/istio-output-certs.',
  },
  OutputDirectoryNotMounted: {
    meaning: `${USER_VOLUME_MOUNT} mounts nothing at the directory that OUTPUT_CERTS names.`,
    fix: 'Let the two name the same directory.',
  },
  OutputDirectoryReadOnly: {
    meaning: 'istio-proxy cannot write to the directory that OUTPUT_CERTS names.',
    fix: `Remove readOnly from ${USER_VOLUME_MOUNT}; use a memory emptyDir as the volume.`,
  },
  OutputVolumeUndeclared: {
    meaning: `${USER_VOLUME_MOUNT} mounts a volume that the pod does not have: pods are refused.`,
    fix: 'Declare it in the pod template.',
  },
  OutputVolumeOnDisk: {
    meaning: 'The certificates and their private key are written to a disk of the node.',
    fix: 'Use an emptyDir with medium: Memory.',
  },
  OutputVolumeNotShared: {
    meaning: 'The Prometheus container does not mount the volume that istio-proxy writes to.',
    fix: 'Mount it there, read-only.',
  },
  VolumeNameOfInjector: {
    meaning: "The volume bears a name that Istio's injection template uses itself.",
    fix: 'Give it another name.',
  },
  TlsFilesElsewhere: {
    meaning: "A job reads Istio's files where none are: OUTPUT_CERTS, the mounts and tls_config disagree.",
    fix: 'The message says where they are; name that directory in tls_config.',
  },
  HoldMissing: {
    meaning:
      'Prometheus may start before the certificates exist, and drops a job in silence whose files are missing.',
    fix: 'Set holdApplicationUntilProxyStarts: true in the annotation that the message names.',
  },
  PeerAuthenticationMissing: {
    meaning:
      'Nothing keeps clients of the mesh from talking mutual TLS to Prometheus, whose inbound interception is off.',
    fix: 'Add the PeerAuthentication that the message spells.',
  },
  InterceptionOn: {
    meaning: 'istio-proxy writes certificates for Prometheus, but intercepts its traffic too.',
    fix: 'Set the annotations that the message names to the empty string.',
  },
  MetricsMerged: {
    meaning: "The injector points the pod's prometheus.io annotations at its agent.",
    fix: `Annotate the pod template with ${MERGE_METRICS}: "false".`,
  },
  ProbesRewritten: {
    meaning: 'The injector sends the HTTP probes of the pod through its agent.',
    fix: `Annotate the pod template with ${REWRITE_PROBES}: "false".`,
  },
  ProxyConfigKeyIgnored: {
    meaning: `${PROXY_CONFIG} has a key that is misspelt or in the wrong place: Istio drops it without a word.`,
    fix: 'Write the key as the message says.',
  },
  CapturePortsIgnored: {
    meaning: 'INBOUND_CAPTURE_PORTS is set in proxyMetadata, where it has no effect.',
    fix: 'Remove it; interception is turned off by annotations.',
  },
  IncludedFilesNotSeen: {
    meaning: 'scrape_config_files may match files that are not keys of the ConfigMap.',
    fix: 'Move these jobs into the ConfigMap, or change their paths yourself.',
  },
  IncludedFileRefused: {
    meaning: 'A file that prometheus.yaml includes cannot be edited without guessing; the others are done.',
    fix: 'The message names line, column and fix.',
  },
  RecordUnreadable: {
    meaning: 'The record of what the jobs held before cannot be read.',
    fix: 'Restore will leave these jobs as they are: set them by hand if you need the old values.',
  },
  RivalSidecar: {
    meaning: 'Another Sidecar selects the same pods; Istio takes one of the two.',
    fix: 'Set spec.manage.sidecar to Ignore and delete ours, or delete the other one.',
  },
  EgressHostMatchesNothing: {
    meaning: 'No Service exists behind an egress host of the Sidecar; with none at all Envoy renews nothing.',
    fix: 'Take out what matches nothing; name the Service of istiod, or set spec.istio.namespace to where it is.',
  },
  EgressHostNotChecked: {
    meaning: 'Services may not be read, so whether an egress host matches anything is not known.',
    fix: 'Grant the rule that the message names.',
  },
  CertificateNotRenewed: {
    meaning: 'Two thirds of the life of a certificate in a pod are over and it was not renewed.',
    fix: 'See whether istiod answers, what istio-proxy logs, and status.istio.egressHosts.',
  },
  InjectorNotSeen: {
    meaning: 'No webhook that injects sidecars is seen, so nobody knows whether pods get an istio-proxy.',
    fix: 'Install Istio with its injector; where a vendor names it differently, see CertificatesReady.',
  },
  InjectionUnknown: {
    meaning: 'Whether the next pod gets an istio-proxy is not known.',
    fix: 'Grant the permission that the message names; with matchConditions see CertificatesReady.',
  },
  PodSecurityUnknown: {
    meaning: 'Whether Pod Security takes the next pod with what injection adds to it is not known.',
    fix: "See that Istio's CNI plugin is on, and for restricted a seccompProfile too; with the component dry-run-pods the API server is asked.",
  },
  NotInjected: {
    meaning: 'The next pod gets no istio-proxy.',
    fix: 'Do what the message says; nothing else of the pod template has to change.',
  },
  InjectorsOverlap: {
    meaning: 'Several webhooks that inject sidecars take the same pods.',
    fix: 'Let one of the configurations that the message names select them.',
  },
  InjectedByOtherRevision: {
    meaning: 'Another revision of Istio injects the pods than spec.istio.revision asks for.',
    fix: "Change spec.istio.revision or the namespace's label, so that both say the same.",
  },
  FilesUnreadable: {
    meaning:
      'istio-proxy 1.9.0 to 1.9.3 writes the files for its own user only, so Prometheus cannot read them.',
    fix: 'Run Prometheus as user 1337 (securityContext.runAsUser), or upgrade Istio.',
  },
  ReadinessProvesNothing: {
    meaning: 'istio-proxy before 1.12 is ready before its files exist.',
    fix: 'Check the files in every pod, then set spec.certificates.trustReadiness; or upgrade Istio.',
  },
  NeverRenewedWithoutEnvoy: {
    meaning: 'Without Envoy, istio-proxy before 1.14 writes the files once and never again.',
    fix: 'Take DISABLE_ENVOY out of proxyMetadata, or upgrade Istio.',
  },
  CertificatesFromSocket: {
    meaning:
      "istio-proxy takes its certificate from another agent's socket, such as SPIRE's, and writes no files.",
    fix: 'Take the socket away from these pods, or let a helper of that agent write the files.',
  },
  CertificatesFromFiles: {
    meaning: 'istio-proxy takes its certificate from mounted files and asks no CA, so it renews nothing.',
    fix: 'Let the proxy of these pods ask istiod, or point the jobs at the mounted files.',
  },
  ProxyVersionUnknown: {
    meaning: 'The image tag of istio-proxy is no version, so what old versions lack is not checked.',
    fix: 'See that it is 1.14 or newer.',
  },
  AmbientMesh: {
    meaning: 'The pod is in the ambient mesh, which needs no certificates in Prometheus and writes none.',
    fix: 'Scrape with scheme http and delete this resource, or take the pods out of ambient.',
  },
  UpgradePending: {
    meaning:
      'This version of meshscrape would add fields to a pod template that works; no restart is caused for that alone.',
    fix: 'Nothing to do: they come with the next write that is due anyway. To have them at once, restart on purpose: change a field of spec.certificates, or delete the resource (Retain) and create it anew.',
  },
  InjectAnnotationIgnored: {
    meaning: `The pod template has the annotation ${INJECT} with another value than "true"; from Istio 1.12 on the label decides alone.`,
    fix: 'Nothing to do; take the annotation out to avoid confusion.',
  },
  SatisfiedBy: {
    meaning: 'An object that is not ours does what is needed already.',
    fix: 'Nothing to do.',
  },
} as const satisfies Readonly<Record<string, Reason>>;

export type FindingCode = keyof typeof FINDINGS;
