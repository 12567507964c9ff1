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
  /** The wiring is its owner's: nothing of template and mesh policy is written. */
  readonly isAdopted: boolean;
  /** Names that spec leaves open are those that the template had before this resource. */
  readonly isInherited: boolean;
  /** What somebody else's wiring of the template names, where it is coherent and is not adopted. */
  readonly foreign: CertificatePaths | undefined;
  /** Directories of the container in which the template has certificates of its proxy, once what is planned is written. */
  readonly filled: readonly string[];
}
