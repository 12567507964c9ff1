// What is wrong with the certificate files that a job names, known by Istio's own file names alone: nothing is opened.
// What a chosen job should name is decided in jobs/expected-values.ts.
import { posix } from 'node:path';
import { absolutePath } from '../jobs/paths.ts';
import type { JobReading } from '../jobs/job-reading.ts';
import type { ConfigFindingCode, FileField, TlsField } from '../result.ts';
import { FILE_FIELDS } from '../result.ts';

export interface FileFault {
  readonly code: ConfigFindingCode;
  readonly field: TlsField;
  readonly value: string;
  /** What goes on after `Job <name>: `, a whole sentence. */
  readonly message: string;
}

interface MixUp {
  readonly code: ConfigFindingCode;
  readonly field: FileField;
  readonly file: string;
  readonly why: string;
}

const MIX_UPS: readonly MixUp[] = [
  {
    code: 'KeyFileIsCertificate',
    field: 'key_file',
    file: 'cert-chain.pem',
    why: 'which holds certificates and no key; it should be key.pem',
  },
  {
    code: 'KeyFileIsCertificate',
    field: 'key_file',
    file: 'root-cert.pem',
    why: 'which holds certificates and no key; it should be key.pem',
  },
  {
    code: 'CertFileIsKey',
    field: 'cert_file',
    file: 'key.pem',
    why: 'which holds the key and no certificate; it should be cert-chain.pem',
  },
  {
    code: 'CertFileIsRoot',
    field: 'cert_file',
    file: 'root-cert.pem',
    why: "which is the authority's certificate, not the one of the key; it should be cert-chain.pem",
  },
  {
    code: 'CaFileIsKey',
    field: 'ca_file',
    file: 'key.pem',
    why: 'which holds the key and no certificate; it should be root-cert.pem',
  },
];

/** What is wrong with the values that are there; relative ones start at `configDirectory`. */
export function wrongFiles(job: JobReading, configDirectory: string | undefined): readonly FileFault[] {
  const mixUps = MIX_UPS.flatMap(({ code, field, file, why }): FileFault[] => {
    const { value } = job.fields[field];
    if (value === undefined || posix.basename(value) !== file) return [];
    return [{ code, field, value, message: `${field} is ${value}, ${why}.` }];
  });
  return [...mixUps, ...apart(job, configDirectory), ...halfAPair(job)];
}

/** What is missing: reported only of jobs that are not rewritten, since a rewrite adds all of it. */
export function missingValues(job: JobReading): readonly FileFault[] {
  const { ca_file: ca, cert_file: cert, key_file: key, insecure_skip_verify: insecure } = job.fields;
  const found: FileFault[] = [];
  if (cert.value === undefined && key.value === undefined) {
    const message =
      'cert_file and key_file are missing: a STRICT target refuses a client without certificate.';
    found.push({ code: 'ClientCertificateIncomplete', field: 'cert_file', value: '', message });
  }
  if (ca.value === undefined) {
    const message = 'ca_file is missing: some versions of Prometheus then refuse to make the connection.';
    found.push({ code: 'CaFileMissing', field: 'ca_file', value: '', message });
  }
  if (insecure.value !== 'true') {
    const message =
      "insecure_skip_verify is not true: Istio's certificates carry a SPIFFE identity and no host name, so every target fails.";
    found.push({
      code: 'SkipVerifyMissing',
      field: 'insecure_skip_verify',
      value: insecure.value ?? '',
      message,
    });
  }
  return found;
}

function apart(job: JobReading, configDirectory: string | undefined): readonly FileFault[] {
  const files = FILE_FIELDS.flatMap((field) => {
    const value = job.fields[field].value ?? '';
    return value === '' ? [] : [{ field, value, directory: directoryOf(value, configDirectory) }];
  });
  const [first] = files;
  const other = files.find(({ directory }) => directory !== first?.directory);
  if (first === undefined || other === undefined) return [];
  const message = `${first.field} lies in ${first.directory}, but ${other.field} in ${other.directory}: files of two sources do not belong together.`;
  return [{ code: 'FilesInDifferentDirectories', field: other.field, value: other.value, message }];
}

/** The directory of a file as it is named; of a relative name without anything to start at, as it is written. */
export function directoryOf(file: string, configDirectory: string | undefined): string {
  return posix.dirname(absolutePath(file, configDirectory) ?? posix.normalize(file));
}

function halfAPair(job: JobReading): readonly FileFault[] {
  const { cert_file: cert, key_file: key } = job.fields;
  if ((cert.value === undefined) === (key.value === undefined)) return [];
  const [there, missing] = cert.value === undefined ? ['key_file', 'cert_file'] : ['cert_file', 'key_file'];
  const message = `${there} is set and ${missing} is not: Prometheus 3 refuses the whole file for it, Prometheus 2 drops the job.`;
  const field = cert.value === undefined ? 'key_file' : 'cert_file';
  return [{ code: 'ClientCertificateIncomplete', field, value: job.fields[field].value ?? '', message }];
}
