// Keys of proxy.istio.io/config that Istio drops without a word: fields that are misspelt or in the wrong place, and
// variables that are not below proxyMetadata. A key that resembles nothing is left: a newer Istio may know it.
import { PROXY_CONFIG } from '../../api/istio-names.ts';
import { readProxyConfig } from '../../edit/proxy-config/read.ts';
import { NOTHING, type Assessment } from '../model/assessment.ts';
import type { Finding } from '../model/finding.ts';
import { typingErrors } from '../model/nearest.ts';
import type { Subject } from '../model/subject.ts';
import type { Workload } from '../model/workload.ts';
import { isProxyConfigField, PROXY_CONFIG_FIELDS } from './proxy-config-fields.ts';

/** Variables of the agent on which the certificates depend. */
const VARIABLES: readonly string[] = [
  'OUTPUT_CERTS',
  'SECRET_TTL',
  'SECRET_GRACE_PERIOD_RATIO',
  'DISABLE_ENVOY',
];
/** Written by hand again and again, and read by nobody. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['INBOUND_CAPTURE_PORTS']);
const VARIABLE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
const DOTTED = /^proxy_?[mM]etadata\./;

/** One finding for each such key of the template's annotation, whoever wrote it; none where it cannot be read. */
export function assessProxyConfig({ workload }: Pick<Subject, 'workload'>): Assessment {
  return { ...NOTHING, findings: ignoredKeys(workload) };
}

function ignoredKeys({ template, target }: Workload): readonly Finding[] {
  const read = readProxyConfig(template.metadata?.annotations?.[PROXY_CONFIG] ?? '');
  if (read.kind === 'unreadable') return [];
  const found = [
    ...read.keys.map((key) => ({ key, fix: fixAtTop(key) })),
    ...Object.keys(read.proxyMetadata).map((key) => ({ key: `proxyMetadata.${key}`, fix: fixBelow(key) })),
  ];
  return found.flatMap(({ key, fix }) =>
    fix === undefined
      ? []
      : [
          {
            code: 'ProxyConfigKeyIgnored',
            target,
            message: `annotation ${PROXY_CONFIG} has the key ${key}, which Istio ignores without a word: ${fix}`,
          },
        ],
  );
}

/** What a key of the top level should be; `undefined`: Istio reads it, or it resembles nothing. */
function fixAtTop(key: string): string | undefined {
  if (isProxyConfigField(key)) return undefined;
  const name = key.replace(DOTTED, '');
  if (WITHOUT_EFFECT.has(name)) return 'take it out; it has no effect below proxyMetadata either';
  if (name !== key) return `write ${name} on a line of its own below proxyMetadata`;
  const variable = VARIABLE.test(key) ? key : nearest(key, VARIABLES);
  if (variable !== undefined) return `write ${variable} below proxyMetadata`;
  const field = nearest(key, PROXY_CONFIG_FIELDS);
  return field === undefined ? undefined : `the field is called ${field}`;
}

/** The same for a key of proxyMetadata, where every variable is read by whoever knows it. */
function fixBelow(key: string): string | undefined {
  if (VARIABLES.includes(key)) return undefined;
  const variable = nearest(key, VARIABLES);
  if (variable !== undefined) return `the variable is called ${variable}`;
  if (key === key.toUpperCase()) return undefined;
  const field = isProxyConfigField(key) ? key : nearest(key, PROXY_CONFIG_FIELDS);
  return field === undefined
    ? undefined
    : `${field} is no variable: write it at the top level, beside proxyMetadata`;
}

/** The one that differs in case, in `_`, `-` or blanks, or by a typing error or two where it is long enough for that. */
function nearest(key: string, names: readonly string[]): string | undefined {
  const word = lettersOf(key);
  const close = names.filter((name) => typingErrors(word, lettersOf(name)) <= errorsAllowed(name));
  return close.toSorted((a, b) => typingErrors(word, lettersOf(a)) - typingErrors(word, lettersOf(b)))[0];
}

function errorsAllowed(name: string): number {
  if (name.length < 6) return 0;
  return name.length < 10 ? 1 : 2;
}

function lettersOf(key: string): string {
  return key.replaceAll(/[_\-. ]/g, '').toLowerCase();
}
