// What of a Secret leaves this file: expiry, keys of the roots, type. Its data, with the private key, lives only as long
// as the call: one GET of one name, never a list, never a watch, nothing cached, logged or put into an error.
import { expiryOf, keysOf, type SecretFacts } from '../../api/certificate.ts';
import { isMap, listAt, mapAt, textAt, type JsonMap } from '../../api/json-map.ts';
import type { ResourceType } from '../../api/kinds.ts';
import type { Observed } from '../../plan/model/observed.ts';
import { errorOfAnswer } from '../http/answer-errors.ts';
import { parseJson } from '../http/json.ts';
import { KubeError, nameSubject, type RequestSubject } from '../http/kube-error.ts';
import { objectPath } from '../http/resource-path.ts';
import type { Transport } from '../http/transport.ts';

/** Not in KINDS, so that no Secret can be written by accident. */
const SECRETS: ResourceType = { group: '', version: 'v1', plural: 'secrets' };
/** `type` is a column of every Secret's table, and the API server gives a table without the objects. */
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

/** Expiry and roots of a Secret as Citadel wrote them: cert-chain.pem and root-cert.pem. */
export async function readSecretFacts(
  transport: Transport,
  namespace: string,
  name: string,
): Promise<Observed<SecretFacts>> {
  return get({ transport, namespace, name, accept: 'application/json', query: {} }, (secret) => {
    const type = textAt(secret, 'type');
    if (type === undefined) return undefined;
    const data = mapAt(secret, 'data');
    const chain = decoded(data, 'cert-chain.pem');
    return {
      type,
      expiry:
        chain === undefined ? { kind: 'Invalid', why: 'it has no key cert-chain.pem' } : expiryOf(chain),
      rootKeys: keysOf(decoded(data, 'root-cert.pem') ?? ''),
    };
  });
}

/** The type alone. The API server does not even send the data. */
export async function readSecretType(
  transport: Transport,
  namespace: string,
  name: string,
): Promise<Observed<string>> {
  return get({ transport, namespace, name, accept: TABLE, query: { includeObject: 'None' } }, (table) => {
    const column = listAt(table, 'columnDefinitions').findIndex(
      (each) => isMap(each) && each['name'] === 'Type',
    );
    const [row] = listAt(table, 'rows');
    const type = isMap(row) ? listAt(row, 'cells')[column] : undefined;
    return typeof type === 'string' ? type : undefined;
  });
}

interface Get {
  readonly transport: Transport;
  readonly namespace: string;
  readonly name: string;
  readonly accept: string;
  readonly query: Readonly<Record<string, string>>;
}

async function get<T>(call: Get, reduce: (answer: JsonMap) => T | undefined): Promise<Observed<T>> {
  const { transport, namespace, name, accept, query } = call;
  const subject: RequestSubject = { verb: 'get', kind: 'Secret', namespace, name };
  const path = objectPath(SECRETS, namespace, name);
  const answer = await transport.request({ subject, method: 'GET', path, accept, query });
  if (answer.status === 404) return { kind: 'absent' };
  if (answer.status !== 200) {
    const error = errorOfAnswer(subject, answer);
    if (error.code === 'Forbidden') return { kind: 'unreadable', message: error.message };
    throw error;
  }
  const parsed = parseJson(answer.body);
  const value = isMap(parsed) ? reduce(parsed) : undefined;
  if (value === undefined) {
    throw new KubeError('Malformed', `${nameSubject(subject)}: the answer is not what was asked for`);
  }
  return { kind: 'present', value };
}

function decoded(data: JsonMap, key: string): string | undefined {
  const value = textAt(data, key);
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
}
