// What every concern is evaluated from.
import type { Container } from '../../api/kubernetes.ts';
import type { CertificatePaths } from './desired.ts';
import type { Snapshot } from './snapshot.ts';
import type { Workload } from './workload.ts';

export interface Subject {
  readonly snapshot: Snapshot;
  readonly workload: Workload;
  /** Of the pod template: the one that runs Prometheus. */
  readonly container: Container;
  /** Where certificates are written, and where Prometheus reads them. */
  readonly paths: CertificatePaths;
}
