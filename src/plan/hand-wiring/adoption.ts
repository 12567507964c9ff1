// Whose is the wiring of a template? Ours is kept so; coherent wiring of somebody else is adopted: nothing is written for it.
// See docs/design/contract.md, section 1. What is incoherent is refused before any write, field by field.
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { proxyOf } from '../istio-proxy/proxy-container.ts';
import { bearsOurMark } from '../kubernetes/managed-fields.ts';
import { isPathAtOrBelow } from '../kubernetes/mounts.ts';
import type { Refusal } from '../model/assessment.ts';
import { arePathsEqual, certificatePaths, lastPaths, type CertificatePaths } from '../model/desired.ts';
import { fieldManagerOf } from '../model/names.ts';
import { itemsOf } from '../model/observed.ts';
import type { Subject } from '../model/subject.ts';
import { everApplied } from '../workload/template-write.ts';
import { incoherenceOf, isAgentInput } from './coherence.ts';
import { lostMessage } from './lost.ts';
import { ownProxyRefusal } from './own-proxy.ts';
import { readWiring, type Wiring } from './wiring.ts';

export interface Adoption extends Pick<
  Subject,
  'paths' | 'isAdopted' | 'isInherited' | 'foreign' | 'filled'
> {
  /** Why the wiring is neither adopted nor completed. */
  readonly refusal: Refusal | undefined;
}

type Input = Pick<Subject, 'snapshot' | 'workload' | 'container'>;

/** Which paths hold for a resource, and whether its wiring is somebody else's. `text`: prometheus.yaml, where it was read. */
export function decideAdoption(input: Input, text: string): Adoption {
  const wiring = readWiring(input);
  const faults = wiring === undefined ? [] : incoherenceOf(wiring);
  const coherent = wiring === undefined || faults.length > 0 ? undefined : pathsIn(wiring, text);
  const filled = (coherent === undefined ? undefined : wiring?.output?.directories) ?? [];
  const known = { input, wiring, faults, coherent };
  const decided = bearsOurMark(input.workload.object) ? decideOurs(known) : decideTheirs(known);
  const { paths, isAdopted } = decided;
  return {
    ...decided,
    isInherited: !arePathsEqual(paths, certificatePaths(input.snapshot.resource)),
    filled: isAdopted || isKept(paths, wiring) ? filled : [],
  };
}

interface Known {
  readonly input: Input;
  readonly wiring: Wiring | undefined;
  readonly faults: readonly string[];
  /** The names of the wiring, where it is coherent. */
  readonly coherent: CertificatePaths | undefined;
}

type Decision = Omit<Adoption, 'filled' | 'isInherited'>;

/**
 * Ours. Names that were there before this resource are kept, or one more write would move everything; so are those of a
 * template whose status was lost. Any other name that spec leaves open is the default.
 */
function decideOurs({ input, coherent }: Known): Decision {
  const { resource } = input.snapshot;
  const last = lastPaths(resource);
  const isFirst = last === undefined || !everApplied(input.workload.object, fieldManagerOf(resource));
  const wasInherited = resource.status?.certificates?.inherited === true;
  const names = wasInherited ? last : isFirst ? coherent : undefined;
  const paths = certificatePaths(resource, names);
  return { paths, isAdopted: false, foreign: undefined, refusal: ownProxyRefusal(input, paths) };
}

function decideTheirs(known: Known): Decision {
  const { input, wiring, faults, coherent } = known;
  const { resource } = input.snapshot;
  const managed = resource.spec.manage.workload;
  const last = resource.status?.certificates?.adopted === true ? lastPaths(resource) : undefined;
  const paths = certificatePaths(resource, coherent ?? last ?? namesToComplete(resource, wiring));
  const decision = { paths, isAdopted: false, foreign: undefined, refusal: undefined };
  if (coherent !== undefined && wiring !== undefined) {
    const agrees = arePathsEqual(paths, coherent);
    if (agrees && managed === 'Auto') return { ...decision, isAdopted: true };
    const refusal = agrees ? undefined : ownProxyRefusal(input, paths, coherent);
    return { ...decision, foreign: coherent, refusal };
  }
  if (managed === 'Ignore') return decision;
  if (last !== undefined && wiring === undefined && isUnasked(input, last))
    return { ...decision, isAdopted: true };
  if (last !== undefined && managed !== 'Enforce') {
    const message = lostMessage(input, { wiring, faults, last });
    return { ...decision, isAdopted: true, refusal: { reason: 'AdoptedWiringLost', message, stalled: true } };
  }
  return { ...decision, refusal: ownProxyRefusal(input, paths) ?? incoherenceRefusal(known) };
}

/** No pod runs that could say what the mesh sets, and the template mounts what was adopted: nothing is known to be lost. */
function isUnasked({ workload, container }: Input, last: CertificatePaths): boolean {
  const mounts = container.volumeMounts ?? [];
  return (
    itemsOf(workload.pods).every((pod) => proxyOf(pod) === undefined) &&
    mounts.some(
      ({ name, mountPath }) => name === last.volumeName && isPathAtOrBelow(last.mountPath, mountPath),
    )
  );
}

/** OUTPUT_CERTS that the mesh sets for every pod is nobody's wiring of this one. */
function incoherenceRefusal({ input, wiring, faults }: Known): Refusal | undefined {
  if (wiring === undefined || wiring.origin === 'Mesh' || faults.length === 0) return undefined;
  if (input.snapshot.resource.spec.manage.workload === 'Enforce') return undefined;
  const message = `the pod template writes certificates already, but not so that Prometheus can read them: ${faults.join(' ')}`;
  return { reason: 'WiringIncoherent', message, stalled: true };
}

/** Of several directories the one that a job reads, else the first. */
function pathsIn({ outputDirectory, output }: Wiring, text: string): CertificatePaths | undefined {
  const [first, ...others] = output?.directories ?? [];
  if (output === undefined || first === undefined) return undefined;
  const said = text.replace(/^\s*#.*$/gm, '');
  const read = [first, ...others].find((directory) => said.includes(`${directory}/`));
  const paths = { outputDirectory, mountPath: read ?? first, volumeName: output.mount.name };
  return isShowable(paths) ? paths : undefined;
}

/** What is written into an incoherent wiring that is to be completed: its own names, as far as they are of use. */
function namesToComplete(
  resource: PrometheusIstioScrape,
  wiring: Wiring | undefined,
): CertificatePaths | undefined {
  if (wiring?.origin !== 'Annotation' || resource.spec.manage.workload !== 'Enforce') return undefined;
  const { outputDirectory, output } = wiring;
  const otherwise = certificatePaths(resource);
  const isUsable = output?.source === 'memory' || output?.source === 'undeclared';
  const paths = {
    outputDirectory: isAgentInput(outputDirectory) ? otherwise.outputDirectory : outputDirectory,
    mountPath: output?.directories[0] ?? otherwise.mountPath,
    volumeName: isUsable ? output.mount.name : otherwise.volumeName,
  };
  return isShowable(paths) ? paths : undefined;
}

/** As long as status can show it. */
const ADOPTED_PATH_MAX = 256;

function isShowable({ outputDirectory, mountPath, volumeName }: CertificatePaths): boolean {
  return [outputDirectory, mountPath, volumeName].every(({ length }) => length <= ADOPTED_PATH_MAX);
}

/** True if the write that is planned leaves certificates where the wiring has them. */
function isKept({ outputDirectory, volumeName }: CertificatePaths, wiring: Wiring | undefined): boolean {
  return wiring?.outputDirectory === outputDirectory && wiring.output?.mount.name === volumeName;
}
