// What to say where wiring that was adopted is gone or broken: what is missing, who wrote last, and what was there.
import { PROXY_CONFIG, USER_VOLUME_MOUNT } from '../../api/istio-names.ts';
import { lastForeignManager } from '../kubernetes/managed-fields.ts';
import type { CertificatePaths } from '../model/desired.ts';
import type { Subject } from '../model/subject.ts';
import { templateProxy, type Wiring } from './wiring.ts';

export interface Lost {
  readonly wiring: Wiring | undefined;
  readonly faults: readonly string[];
  /** What was adopted. */
  readonly last: CertificatePaths;
}

export function lostMessage({ workload }: Pick<Subject, 'workload'>, { wiring, faults, last }: Lost): string {
  const field =
    templateProxy(workload.template) === undefined
      ? `proxyMetadata.OUTPUT_CERTS of annotation ${PROXY_CONFIG} or annotation ${USER_VOLUME_MOUNT}`
      : 'OUTPUT_CERTS of container istio-proxy';
  const what =
    wiring === undefined ? `${field} no longer says where certificates are written.` : faults.join(' ');
  const manager = lastForeignManager(workload.object);
  const who = manager === undefined ? '' : ` (last written by ${manager})`;
  return `the wiring that was adopted is lost${who}: ${what} Set it again (OUTPUT_CERTS ${last.outputDirectory}, volume ${last.volumeName} there and at ${last.mountPath}).`;
}
