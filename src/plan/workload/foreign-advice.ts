// What a person does where coherent wiring of somebody else is there and the spec orders otherwise: one sentence with all
// settings, since one after the other leads from refusal to refusal. To take it by force is never the advice.
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { isPathAtOrBelow } from '../kubernetes/mounts.ts';
import { arePathsEqual, certificatePaths, type CertificatePaths } from '../model/desired.ts';
import type { Subject } from '../model/subject.ts';

/** `undefined`: no wiring of somebody else is in the way. */
export function foreignAdvice({
  snapshot: { resource },
  foreign,
}: Pick<Subject, 'snapshot' | 'foreign'>): string | undefined {
  if (foreign === undefined) return undefined;
  return arePathsEqual(certificatePaths(resource, foreign), foreign)
    ? 'set spec.manage.workload to Auto, so that the wiring that is there is adopted as it is'
    : settingsAdvice(resource, foreign);
}

function settingsAdvice(resource: PrometheusIstioScrape, foreign: CertificatePaths): string {
  const { outputDirectory, mountPath, volumeName } = foreign;
  const how = isSettable(resource, foreign)
    ? 'leave outputDirectory, mountPath and volumeName of spec.certificates unset, or set all three to what is there'
    : 'leave outputDirectory, mountPath and volumeName of spec.certificates unset, which takes what is there';
  return `${how}: outputDirectory ${outputDirectory}, mountPath ${mountPath}, volumeName ${volumeName}`;
}

/** The CRD takes no mountPath that overlaps a legacy directory; adoption does. */
function isSettable({ spec: { config } }: PrometheusIstioScrape, { mountPath }: CertificatePaths): boolean {
  return config.legacyDirectories.every(
    (directory) => !isPathAtOrBelow(mountPath, directory) && !isPathAtOrBelow(directory, mountPath),
  );
}
