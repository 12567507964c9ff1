// Whose the three files of a job are: ours, Istio's that nobody renews any more, or another owner's.
// A path is followed through the mounts; where nothing is known to be mounted, the name decides.
import type { FileField, RewriteRequest } from '../result.ts';
import { FILE_FIELDS } from '../result.ts';
import { bearsIstioName, istioNamed } from './istio-files.ts';
import type { JobReading } from './job-reading.ts';
import { mountFinder } from './mounts.ts';
import { absolutePath, legacyTest, underDirectories } from './paths.ts';

type FileKind =
  /** The field is not set. */
  | 'Unset'
  /** Under the mount path, or a previous one, by one of our names. */
  | 'Ours'
  /** Istio's, in a directory that nobody fills. */
  | 'Legacy'
  /** In a legacy directory or named like Istio's, from a volume that is no Citadel secret. */
  | 'Foreign'
  /** Named like Istio's, where nothing is known to be mounted, in no legacy directory. */
  | 'Unlisted'
  /** The same, where all mounts are known: the file does not exist. */
  | 'Nowhere'
  /** In a directory that istio-proxy alone fills, by a name that it does not write. */
  | 'NeverWritten'
  | 'Elsewhere';

export type JobFiles = Readonly<Record<FileField, FileKind>>;

/** Sorts the files of each job by whose they are. */
export function fileSorter(request: RewriteRequest): (job: JobReading) => JobFiles {
  const { mountPath, previousMountPaths, configDirectory } = request;
  const isUnderOurs = underDirectories([mountPath, ...previousMountPaths], undefined);
  const kindOfOther = otherKind(request, isUnderOurs);
  return (job) => {
    const paths = FILE_FIELDS.map((field) => {
      const value = job.fields[field].value ?? '';
      return absolutePath(value, configDirectory) ?? value;
    });
    const named = istioNamed(paths);
    const sort = (path = ''): FileKind => {
      if (path === '') return 'Unset';
      return isUnderOurs(path) && bearsIstioName(path) ? 'Ours' : kindOfOther(path, named.includes(path));
    };
    const [ca, certificate, key = ''] = paths;
    const files = { ca_file: sort(ca), cert_file: sort(certificate), key_file: sort(key) };
    // A key of Istio's name belongs to Istio's certificate, though that lies in another of the directories.
    const isPaired = files.key_file === 'Elsewhere' && isIstios(files, 'cert_file');
    if (!isPaired || !bearsIstioName(key)) return files;
    return { ...files, key_file: kindOfOther(key, true) };
  };
}

/** The kind of a file that is not ours. */
function otherKind(
  request: RewriteRequest,
  isUnderOurs: (path: string) => boolean,
): (path: string, isIstioNamed: boolean) => FileKind {
  const isLegacy = legacyTest(request);
  const isNowhere = nowhereTest(request);
  const mountOf = mountFinder(request.mounts ?? []);
  return (path, isIstioNamed) => {
    const mount = mountOf(path);
    const isNeverWritten = request.podMounts !== undefined && mount?.shared !== true && !bearsIstioName(path);
    const unnamed = isNeverWritten && isUnderOurs(path) ? 'NeverWritten' : 'Elsewhere';
    switch (mount?.source) {
      case 'Citadel':
        return 'Legacy';
      case 'Certificates':
        return isNeverWritten ? 'NeverWritten' : 'Elsewhere';
      case 'Other':
        return isLegacy(path) || isIstioNamed ? 'Foreign' : 'Elsewhere';
      case 'EmptyDir':
        return isIstioNamed && isLegacy(path) ? 'Legacy' : unnamed;
      case undefined:
        if (!isIstioNamed) return unnamed;
        if (isLegacy(path)) return 'Legacy';
        return isNowhere(path) ? 'Nowhere' : 'Unlisted';
    }
  };
}

function nowhereTest({ podMounts }: RewriteRequest): (path: string) => boolean {
  if (podMounts === undefined) return () => false;
  const mountOf = mountFinder(podMounts.map((directory) => ({ directory, source: 'Other' as const })));
  return (path) => mountOf(path) === undefined;
}

/** The files that a job names, as they are written. */
export function filesOf(job: JobReading): readonly string[] {
  return FILE_FIELDS.flatMap((field) => job.fields[field].value ?? []).filter((path) => path !== '');
}

/** True if a job reads what istio-proxy writes for it, or what Citadel once did. */
export function readsIstio(files: JobFiles): boolean {
  return FILE_FIELDS.some((field) => isIstios(files, field));
}

export function isIstios(files: JobFiles, field: FileField): boolean {
  return files[field] === 'Ours' || files[field] === 'Legacy';
}
