// Generated from the CRD by `npm run generate`: edit crds/, not this file.

/** The desired state. Only workload.name has no default. */
export interface PrometheusIstioScrapeSpec {
  /**
   * Enforce makes the changes. Observe writes nothing but status; everything is still computed and reported.
   * Default: Enforce.
   */
  readonly mode: 'Enforce' | 'Observe';
  /** Acts as Observe until it is lifted, with reason Suspended. */
  readonly suspend: boolean;
  /**
   * What may be done about each part. The strictest of mode, suspend and manage holds. Enforce writes the
   * part, Observe reports what would be written, Ignore leaves the part alone and counts it as satisfied.
   */
  readonly manage: Manage;
  /** What runs Prometheus, in the namespace of this resource. */
  readonly workload: WorkloadSpec;
  /** Prometheus's own configuration. */
  readonly config: ConfigSpec;
  /**
   * Where the renewed certificates lie. No field but trustReadiness has a default in the schema;
   * status.certificates shows what is used.
   */
  readonly certificates: CertificatesSpec;
  /** The control plane that injects the proxy. */
  readonly istio: IstioSpec;
  /** The Sidecar that shows the proxy the control plane only. */
  readonly sidecar: SidecarSpec;
  /**
   * What happens to the legacy volume and mount in the pod template. Report names them in status. RemoveMount
   * is not yet carried out, it acts as Report: it is to take them out once the new certificates are proven. A
   * secret is never deleted. Default: Report.
   */
  readonly legacySecrets: 'Report' | 'RemoveMount';
  /**
   * Force takes a field whose value another manager set and that was never ours. Report leaves it and says so
   * in the condition FieldConflict. Default: Report.
   */
  readonly conflictPolicy: 'Report' | 'Force';
  /**
   * What happens when this resource is deleted. Retain: everything stays and works, ownership is given up.
   * Restore: the values from before are put back, where that does not break scraping. Default: Retain.
   */
  readonly deletionPolicy: 'Retain' | 'Restore';
  /** Time between checks that no event asked for. From 1m to 24h, in h, m and s. Default: 10m. */
  readonly interval: string;
}

/**
 * What may be done about each part. The strictest of mode, suspend and manage holds. Enforce writes the part,
 * Observe reports what would be written, Ignore leaves the part alone and counts it as satisfied.
 */
export interface Manage {
  /**
   * The pod template, with its labels, annotations, volume and mount. Auto adopts wiring that somebody else
   * made coherently, and writes nothing for it; else it is Enforce. Default: Auto.
   */
  readonly workload: 'Auto' | 'Enforce' | 'Observe' | 'Ignore';
  /**
   * The jobs' tls_config in the ConfigMap that holds prometheus.yaml. Auto is Enforce: it does not yet
   * recognise an object that a continuous deployer (Argo CD, Flux) keeps. Default: Auto.
   */
  readonly config: 'Auto' | 'Enforce' | 'Observe' | 'Ignore';
  /**
   * The Sidecar that keeps the proxy small. Auto is Enforce: it does not yet recognise an object that a
   * continuous deployer (Argo CD, Flux) keeps. Default: Auto.
   */
  readonly sidecar: 'Auto' | 'Enforce' | 'Observe' | 'Ignore';
  /**
   * The PeerAuthentication that keeps mutual TLS away from Prometheus itself. Auto is Enforce: it does not
   * yet recognise an object that a continuous deployer (Argo CD, Flux) keeps. Default: Auto.
   */
  readonly peerAuthentication: 'Auto' | 'Enforce' | 'Observe' | 'Ignore';
}

/** What runs Prometheus, in the namespace of this resource. */
export interface WorkloadSpec {
  /** The kind of the workload. Immutable. Default: StatefulSet. */
  readonly kind: 'StatefulSet';
  /** The name of the workload. Immutable. */
  readonly name: string;
  /**
   * The Prometheus container. Unset: the container named prometheus, else the only one, else the only one
   * that has an argument --config.file.
   */
  readonly container?: string;
  /**
   * Needed only where today's pods are already in the mesh with inbound interception. Turning that off
   * bypasses every AuthorizationPolicy and RequestAuthentication on them; true says that this is acceptable.
   */
  readonly allowUnprotectedInbound: boolean;
  /**
   * How long pods may be refused or stuck after a write to the pod template before the write is rolled back.
   * From 1m to 24h, in h, m and s. Not yet: it is accepted and stored, and nothing is rolled back. Default:
   * 15m.
   */
  readonly rolloutDeadline: string;
}

/** Prometheus's own configuration. */
export interface ConfigSpec {
  /**
   * Where prometheus.yaml is. Unset: resolved from the container's --config.file, or the image's default
   * where there is no such argument, through its mounts. Set it where that cannot work, as with a subPath
   * mount.
   */
  readonly configMap: ConfigMapSpec;
  /**
   * Globs on job_name ('*' any run, '?' one character, all else literal) that narrow which jobs are
   * rewritten; a literal name adds a job that has a tls_config. Empty: every job whose tls_config names one
   * of Istio's files in a legacy directory or a file of ours. A pattern that matches no job is refused.
   */
  readonly jobs: ReadonlyArray<string>;
  /**
   * Where the certificates of old are in the Prometheus container. Wherever it mounts a secret of Citadel is
   * legacy beside these; what istio-proxy fills, or another volume holds, is not.
   */
  readonly legacyDirectories: ReadonlyArray<string>;
  /**
   * How Prometheus learns of a new configuration. Auto: not at all where a reloader container or auto-reload
   * is seen, by HTTP where --web.enable-lifecycle is seen, else the reason ReloadNeeded asks for it. Default:
   * Auto.
   */
  readonly reload: 'Auto' | 'Http' | 'None';
}

/**
 * Where prometheus.yaml is. Unset: resolved from the container's --config.file, or the image's default where
 * there is no such argument, through its mounts. Set it where that cannot work, as with a subPath mount.
 */
export interface ConfigMapSpec {
  /** The name of the ConfigMap, in the namespace of this resource. */
  readonly name?: string;
  /** The key in its data, such as prometheus.yaml. */
  readonly key?: string;
}

/**
 * Where the renewed certificates lie. No field but trustReadiness has a default in the schema;
 * status.certificates shows what is used.
 */
export interface CertificatesSpec {
  /** Where istio-proxy writes them, inside its own container. Unset: /etc/istio-output-certs. */
  readonly outputDirectory?: string;
  /** Where Prometheus reads them, inside its container. Unset: /etc/prom-certs. */
  readonly mountPath?: string;
  /** The memory volume that both containers share. Unset: istio-output-certs. */
  readonly volumeName?: string;
  /** For Istio before 1.12 only: take the proxy's readiness as proof that the files exist. */
  readonly trustReadiness: boolean;
}

/** The control plane that injects the proxy. */
export interface IstioSpec {
  /** The namespace of istiod. Default: istio-system. */
  readonly namespace: string;
  /**
   * The revision or tag of the control plane. It sets the label istio.io/rev instead of
   * sidecar.istio.io/inject. Empty, or default: the unrevisioned one.
   */
  readonly revision: string;
}

/** The Sidecar that shows the proxy the control plane only. */
export interface SidecarSpec {
  /**
   * The hosts that the proxy sees. Unset: istiod's own Service where it exists, else all of istiod's
   * namespace; status.istio.egressHosts shows it. With hosts that match no Service at all, certificates are
   * not renewed.
   */
  readonly egressHosts?: ReadonlyArray<string>;
}

/** What was observed. Written by the controller only. */
export interface PrometheusIstioScrapeStatus {
  /** The generation that this status is about; -1 before the first reconcile. */
  readonly observedGeneration?: number;
  /**
   * When this generation was evaluated first. What another object may still bring counts as Stalled only two
   * minutes after that.
   */
  readonly generationSeenTime?: string;
  /** The token of the annotation meshscrape.dev/requestedAt that was acted upon last. */
  readonly lastHandledRequest?: string;
  /** Ready sums up. Reconciling and Stalled are present only while True, all others always. */
  readonly conditions?: ReadonlyArray<Condition>;
  /** Whether the controller writes, only reports, or is suspended. spec.manage may be stricter for a part. */
  readonly mode?: 'Enforce' | 'Observe' | 'Suspended';
  /** The workload that runs Prometheus. */
  readonly workload?: WorkloadStatus;
  /** Where the certificates lie, with everything that spec leaves open resolved. */
  readonly certificates?: CertificatesStatus;
  /** Prometheus's own configuration. */
  readonly config?: ConfigStatus;
  /** What was seen of Istio. */
  readonly istio?: IstioStatus;
  /**
   * For each part, a short hash of the expected fields that were last seen in sync. It separates drift (was
   * right before) from a pending change (never was).
   */
  readonly lastInSync?: LastInSync;
  /** How many changes are pending; the list may be shorter. */
  readonly pendingCount?: number;
  /** What would be written and what it waits for. */
  readonly pending?: ReadonlyArray<PendingChange>;
  /** What was right and then changed. */
  readonly drift?: DriftStatus;
  /** How many legacy secrets are still in use; the list may be shorter. */
  readonly staleSecretCount?: number;
  /** When the first of their certificates expires; absent unless known. */
  readonly earliestNotAfter?: string;
  /** Legacy secrets that are still in use. */
  readonly staleSecrets?: ReadonlyArray<StaleSecret>;
  /** How many findings there are; the list may be shorter. */
  readonly findingCount?: number;
  /** What a person should know. A finding never changes Ready. */
  readonly findings?: ReadonlyArray<FindingStatus>;
  /** The scrape targets of the rewritten jobs, each scrape URL counted once. */
  readonly targets?: TargetsStatus;
}

/** One aspect of the state. */
export interface Condition {
  /** Which aspect. */
  readonly type: string;
  /** Whether it holds. */
  readonly status: 'True' | 'False' | 'Unknown';
  /** Why, in one word of the documented list. */
  readonly reason: string;
  /** Why, in sentences. */
  readonly message: string;
  /** The generation that was evaluated. */
  readonly observedGeneration?: number;
  /** When status flipped last. */
  readonly lastTransitionTime: string;
}

/** The workload that runs Prometheus. */
export interface WorkloadStatus {
  /** The Prometheus container that was found. */
  readonly container?: string;
  /** The revision that the workload rolls towards. */
  readonly updateRevision?: string;
  /** Pods of the workload, of whatever revision. */
  readonly pods?: number;
  /** How many of them have the volume mounted, the proxy ready and Prometheus running. */
  readonly podsWired?: number;
}

/** Where the certificates lie, with everything that spec leaves open resolved. */
export interface CertificatesStatus {
  /** Where istio-proxy writes them. */
  readonly outputDirectory?: string;
  /** Where Prometheus reads them. */
  readonly mountPath?: string;
  /** The volume that both containers share. */
  readonly volumeName?: string;
  /** True where the wiring is its owner's: nothing of pod template and mesh policy is written. */
  readonly adopted?: boolean;
  /**
   * True where the names were in the pod template before this resource: what spec.certificates leaves open
   * keeps them.
   */
  readonly inherited?: boolean;
  /** Directories that adopted wiring had before; jobs that read one are rewritten. */
  readonly previousMountPaths?: ReadonlyArray<string>;
  /**
   * The certificates that the pods work with, as the agent of each istio-proxy reports them; the one that
   * ends first comes first. A pod whose agent does not answer is missing, or shown as last seen.
   */
  readonly serving?: ReadonlyArray<ServingCertificateStatus>;
}

/** The certificate of one pod. */
export interface ServingCertificateStatus {
  /** The pod. */
  readonly pod: string;
  /** When the certificate ends. Istio renews it at half of its life. */
  readonly notAfter: string;
  /** When this certificate was seen first; its life is counted from here. */
  readonly firstSeenTime: string;
}

/** Prometheus's own configuration. */
export interface ConfigStatus {
  /** The ConfigMap that was found. */
  readonly configMap?: string;
  /** The key that holds prometheus.yaml. */
  readonly key?: string;
  /**
   * Given in spec, Resolved from --config.file, or Inferred from the image's default because there is no such
   * argument.
   */
  readonly source?: 'Given' | 'Resolved' | 'Inferred';
  /**
   * How many jobs read the renewed certificates, out of all that read certificates of Istio, old or new ones,
   * those that spec.config.jobs leaves out included.
   */
  readonly jobs?: string;
  /** Jobs that read the renewed certificates. */
  readonly rewrittenJobs?: ReadonlyArray<string>;
  /** Chosen jobs that were left alone. */
  readonly skippedJobs?: ReadonlyArray<SkippedJob>;
}

/** A job that was left alone. */
export interface SkippedJob {
  /** Its job_name. */
  readonly job: string;
  /** Why, in one word. */
  readonly reason: string;
  /** Why, in a sentence, with the fix. */
  readonly message?: string;
}

/** What was seen of Istio. */
export interface IstioStatus {
  /** Whether the next pod gets a proxy. */
  readonly injected?: 'True' | 'False' | 'Unknown';
  /** The webhook that injects it. */
  readonly webhook?: string;
  /** The version of istio-proxy in the pods. */
  readonly proxyVersion?: string;
  /** Whether istio-proxy is an ordinary container or a native sidecar, and whether it runs Envoy. */
  readonly proxyMode?: 'Container' | 'ContainerWithoutEnvoy' | 'Native' | 'NativeWithoutEnvoy';
  /** The Sidecar's egress hosts that are in use. */
  readonly egressHosts?: ReadonlyArray<string>;
}

/**
 * For each part, a short hash of the expected fields that were last seen in sync. It separates drift (was
 * right before) from a pending change (never was).
 */
export interface LastInSync {
  /** Of the pod template. */
  readonly workload?: string;
  /** Of the jobs in prometheus.yaml. */
  readonly config?: string;
  /** Of the Sidecar. */
  readonly sidecar?: string;
  /** Of the PeerAuthentication. */
  readonly peerAuthentication?: string;
}

/** One field that is to be written. */
export interface PendingChange {
  /** The object, as StatefulSet/prometheus. */
  readonly target: string;
  /** The field, with list items by key, as spec.template.spec.volumes[name=x]. */
  readonly path: string;
  /** What the write would do. */
  readonly operation: 'Add' | 'Change' | 'Remove';
  /** The value that would be written; cut off where long. */
  readonly expected?: string;
  /** What has to come first, in one word. */
  readonly waitingFor: string;
}

/** What was right and then changed. */
export interface DriftStatus {
  /** Fields that differ now. */
  readonly activeCount: number;
  /** Fields that were ever seen to differ. */
  readonly detectedTotal: number;
  /** Whether the list leaves some out. */
  readonly truncated: boolean;
  /** The fields, newest first. */
  readonly fields: ReadonlyArray<DriftField>;
}

/** One field that drifted. */
export interface DriftField {
  /** The object, as StatefulSet/prometheus. */
  readonly target: string;
  /** The field, with list items by key. */
  readonly path: string;
  /** What was done to it. */
  readonly operation: 'Added' | 'Changed' | 'Removed';
  /** The value that is expected; cut off where long. */
  readonly expected?: string;
  /** The value that was found; cut off where long. */
  readonly actual?: string;
  /** Who did it, as far as managedFields show it. */
  readonly changedBy?: ChangedBy;
  /** When it was seen first. */
  readonly firstSeenTime: string;
  /** What became of it. Fighting is not yet reported. */
  readonly resolution: 'Active' | 'Corrected' | 'Conflict' | 'Fighting';
  /** How often the same change was seen. */
  readonly count: number;
}

/** Who did it, as far as managedFields show it. */
export interface ChangedBy {
  /** The field manager. */
  readonly manager?: string;
  /** How that manager wrote. */
  readonly operation?: 'Apply' | 'Update';
  /** How sure this is. */
  readonly confidence: 'Exact' | 'Inferred' | 'Unknown';
}

/** A secret that nobody renews any more. */
export interface StaleSecret {
  /** Its name. */
  readonly secret: string;
  /** Whether it exists. */
  readonly state: 'Present' | 'Absent' | 'Unreadable';
  /** When its certificate expires; absent unless known. */
  readonly notAfter?: string;
  /** Whether its expiry could be read. */
  readonly notAfterState?: 'Known' | 'Unreadable' | 'Invalid';
  /** Whether it has expired; absent unless known. */
  readonly expired?: boolean;
  /** False means that deleting the secret now would block the next pod start. */
  readonly optional: boolean;
  /** Who uses it. */
  readonly usedBy: ReadonlyArray<SecretUse>;
}

/** A use of the secret. */
export interface SecretUse {
  /** The kind of the user. */
  readonly kind: 'StatefulSet' | 'Pod' | 'ConfigMap';
  /** The name of the user. */
  readonly name: string;
  /** The place in it. */
  readonly path: string;
}

/** Something worth knowing. */
export interface FindingStatus {
  /** What was found, in one word of the documented list. */
  readonly code: string;
  /** The object, as StatefulSet/prometheus. */
  readonly target: string;
  /** What was found and how to fix it. */
  readonly message: string;
}

/** The scrape targets of the rewritten jobs, each scrape URL counted once. */
export interface TargetsStatus {
  /** Targets that are up, out of all, as 12/14. */
  readonly summary: string;
  /** Targets that every replica scrapes. */
  readonly up: number;
  /** Targets that at least one replica cannot scrape. */
  readonly down: number;
  /** Targets not scraped yet. */
  readonly unknown: number;
  /** Why targets are down, by cause. */
  readonly failures?: ReadonlyArray<TargetFailure>;
}

/** One cause. */
export interface TargetFailure {
  /** The cause, in one word. */
  readonly cause: string;
  /** Targets that are down for it. */
  readonly count: number;
  /** The scrape URL that comes first in the alphabet. */
  readonly example: string;
  /** What to do about it. */
  readonly fix: string;
}
