// What a person does where coherent wiring of somebody else is there and the spec orders otherwise: one sentence with all
// settings, since one after the other leads from refusal to refusal. To take it by force is never the advice.
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { OUTPUT_CERTS } from '../../edit/proxy-config/fields.ts';
import { isPathAtOrBelow } from '../kubernetes/mounts.ts';
import { arePathsEqual, certificatePaths, type CertificatePaths } from '../model/desired.ts';
import { differs } from '../model/field.ts';
import type { Subject } from '../model/subject.ts';
import type { WorkloadField } from './template-field.ts';

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

/** What a person does about fields of the template that other managers hold. */
export function conflictAdvice(subject: Subject, fields: readonly WorkloadField[]): string {
  return (
    foreignAdvice(subject) ?? outputAdvice(fields) ?? 'change it there, or set spec.conflictPolicy to Force'
  );
}

/** A wiring that is to be completed writes elsewhere than spec orders: its directory is as good as any. */
function outputAdvice(fields: readonly WorkloadField[]): string | undefined {
  const output = fields.find(({ path }) => path.endsWith(`.${OUTPUT_CERTS}`));
  if (output?.actual === undefined || output.appliedBefore || !differs(output)) return undefined;
  const { actual } = output;
  if (!isOutputDirectory(actual)) return undefined;
  return `set spec.certificates.outputDirectory to ${actual}, or change it there`;
}

/** What the CRD takes for outputDirectory. */
function isOutputDirectory(directory: string): boolean {
  return PLAIN_DIRECTORY.test(directory) && !RESERVED.some((each) => isPathAtOrBelow(directory, each));
}

const PLAIN_DIRECTORY = /^(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/;
const RESERVED = ['/etc/certs', '/etc/istio', '/var/lib/istio', '/run', '/var/run', '/proc', '/sys', '/dev'];

function settingsAdvice(resource: PrometheusIstioScrape, foreign: CertificatePaths): string {
  const { outputDirectory, mountPath, volumeName } = foreign;
  const how = isSettable(resource, foreign)
    ? 'leave outputDirectory, mountPath and volumeName of spec.certificates unset, or set all three to what is there'
    : 'leave outputDirectory, mountPath and volumeName of spec.certificates unset, which takes what is there';
  return `${how}: outputDirectory ${outputDirectory}, mountPath ${mountPath}, volumeName ${volumeName}`;
}

/** The CRD takes less than adoption does: among others no mountPath that overlaps a legacy directory. */
function isSettable(
  { spec: { config } }: PrometheusIstioScrape,
  { outputDirectory, mountPath }: CertificatePaths,
): boolean {
  const overlaps = (directory: string): boolean =>
    isPathAtOrBelow(mountPath, directory) || isPathAtOrBelow(directory, mountPath);
  return (
    isOutputDirectory(outputDirectory) &&
    PLAIN_DIRECTORY.test(mountPath) &&
    !config.legacyDirectories.some(overlaps)
  );
}
