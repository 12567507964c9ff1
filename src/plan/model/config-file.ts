// A file that the configuration names as a certificate or a key.
import type { NamedFile } from '../../edit/prometheus-yaml/jobs/named-files.ts';

export interface ConfigFile extends NamedFile {
  /** The ConfigMap that names it, where it is not the one of prometheus.yaml. */
  readonly configMap?: string;
}
