// A raw JSON client of the API server, for tests, demo and bench: what is sent and answered is seen untouched.
// It is not the controller's transport, and shares nothing with it, so that tests check from outside.
import { load, loadAll } from 'js-yaml';
import { readFileSync } from 'node:fs';
import { Agent } from 'undici';

import type { KubeList, KubeObject, Target } from './kube-object.ts';
import { collectionAndName, pathOf } from './kube-object.ts';
import type {
  DeleteOptions,
  ListOptions,
  ListPredicate,
  Query,
  Request,
  WaitOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './requests.ts';
import { waitForList } from './wait.ts';

/** The API server refused; `body` is its Status object. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly body: KubeObject;
  constructor(request: Request, code: number, body: KubeObject) {
    const message = typeof body['message'] === 'string' ? body['message'] : JSON.stringify(body);
    super(`${request.method} ${request.path}: ${code} ${message}`);
    this.name = 'ApiError';
    this.code = code;
    this.reason = typeof body['reason'] === 'string' ? body['reason'] : '';
    this.body = body;
  }
}

export interface Connection {
  readonly url: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** One HTTP/2 connection for all requests instead of keep-alive HTTP/1.1 connections. */
  readonly http2?: boolean;
}

/** The client for a connection; `close()` it, or the process stays alive. */
export function connect(connection: Connection): Api {
  return new Api(connection);
}

/** The client for the current context of a kubeconfig with embedded certificates, such as the test bed writes. */
export function connectKubeconfig(path: string): Api {
  const config = load(readFileSync(path, 'utf8')) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
    users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
  };
  const cluster = config.clusters[0]?.cluster;
  const user = config.users[0]?.user;
  if (cluster === undefined || user === undefined) throw new Error(`${path} names no cluster or no user`);
  const text = (base64: string): string => Buffer.from(base64, 'base64').toString();
  return connect({
    url: cluster.server,
    ca: text(cluster['certificate-authority-data']),
    cert: text(user['client-certificate-data']),
    key: text(user['client-key-data']),
  });
}

export class Api {
  readonly #url: string;
  readonly #dispatcher: Agent;

  constructor({ url, ca, cert, key, http2 = false }: Connection) {
    this.#url = url;
    // A watch may be silent for long; a call may not.
    this.#dispatcher = new Agent({
      connect: { ca, cert, key },
      allowH2: http2,
      bodyTimeout: 0,
      headersTimeout: 60_000,
      ...(http2 ? { connections: 1, h2Options: { maxConcurrentStreams: 1000 }, pipelining: 1000 } : {}),
    });
  }

  /** Sends one request and answers whatever came back; never throws for an HTTP status. */
  async request(request: Request): Promise<{ readonly status: number; readonly body: KubeObject }> {
    const response = await this.#send(request);
    const text = await response.body.text();
    return { status: response.statusCode, body: text.startsWith('{') ? JSON.parse(text) : { message: text } };
  }

  async #call(request: Request): Promise<KubeObject> {
    const { status, body } = await this.request(request);
    if (status >= 400) throw new ApiError(request, status, body);
    return body;
  }

  async #send(request: Request): ReturnType<Agent['request']> {
    const url = new URL(request.path, this.#url);
    for (const [key, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    return this.#dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers: {
        accept: request.accept ?? 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      signal: request.signal ?? null,
    });
  }

  /** The object, or for a path whatever lies there. Throws ApiError, code 404 when absent. */
  async get(
    target: Target,
    options: { readonly subresource?: string; readonly query?: Query } = {},
  ): Promise<KubeObject> {
    return this.#call({ method: 'GET', path: path(target, options.subresource), query: options.query });
  }

  /** The object, or undefined when it is absent. */
  async find(target: Target): Promise<KubeObject | undefined> {
    return this.get(target).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    });
  }

  async list(collection: Target, options: ListOptions = {}): Promise<KubeList> {
    const { query, ...selectors } = options;
    const answer: unknown = await this.#call({
      method: 'GET',
      path: path(collection),
      query: { ...selectors, ...query },
    });
    const { apiVersion, kind, ...list } = answer as KubeList & { apiVersion: string; kind: string };
    // The items of a list come without these, while a GET and a watch have them.
    const type = { kind: kind.replace(/List$/, ''), apiVersion };
    return { ...list, items: list.items.map((item) => ({ ...type, ...item })) };
  }

  async create(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const { name, namespace } = object.metadata;
    const parent = options.subresource === undefined ? undefined : name;
    const target = { ...object, metadata: { ...pick({ namespace: namespace ?? 'default', name: parent }) } };
    return this.#call({
      method: 'POST',
      path: path(target, options.subresource),
      ...written(object, options),
    });
  }

  async replace(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#call({
      method: 'PUT',
      path: path(object, options.subresource),
      ...written(object, options),
    });
  }

  /** Server-side apply. */
  async apply(
    object: KubeObject,
    options: WriteOptions & { readonly fieldManager: string; readonly force?: boolean },
  ): Promise<KubeObject> {
    const { query, body } = written(object, options);
    return this.#call({
      method: 'PATCH',
      path: path(object, options.subresource),
      query: { ...query, force: options.force },
      body,
      contentType: 'application/apply-patch+yaml',
    });
  }

  async patch(
    target: Target,
    body: unknown,
    options: WriteOptions & { readonly type?: 'merge' | 'json' | 'strategic' } = {},
  ): Promise<KubeObject> {
    const suffix = { merge: 'merge-patch', json: 'json-patch', strategic: 'strategic-merge-patch' };
    return this.#call({
      method: 'PATCH',
      path: path(target, options.subresource),
      ...written(body, options),
      contentType: `application/${suffix[options.type ?? 'merge']}+json`,
    });
  }

  async delete(target: Target, { dryRun, ...options }: DeleteOptions = {}): Promise<KubeObject> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...options };
    return this.#call({ method: 'DELETE', path: path(target), query: dryRunQuery(dryRun), body });
  }

  /** Events until the server closes the watch (or `signal` ends it, which throws). Throws ApiError when refused. */
  async *watch(collection: Target, options: WatchOptions = {}): AsyncGenerator<WatchEvent, void> {
    const { resourceVersion, bookmarks, labelSelector, fieldSelector, signal } = options;
    const request = {
      method: 'GET',
      path: path(collection),
      query: {
        watch: true,
        resourceVersion,
        allowWatchBookmarks: bookmarks,
        labelSelector,
        fieldSelector,
        ...options.query,
      },
      signal,
    };
    const response = await this.#send(request);
    if (response.statusCode >= 400) {
      throw new ApiError(request, response.statusCode, (await response.body.json()) as KubeObject);
    }
    let rest = '';
    for await (const chunk of response.body.setEncoding('utf8')) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield JSON.parse(line) as WatchEvent;
    }
  }

  /**
   * Waits until the object (undefined while absent) satisfies the predicate, and answers it as it then was.
   * A predicate that throws is not satisfied; its last error becomes the cause of the timeout.
   */
  async waitForObject(
    target: Target,
    predicate: (object: KubeObject | undefined) => boolean,
    options: WaitOptions = {},
  ): Promise<KubeObject | undefined> {
    const { collection, name } = collectionAndName(target);
    const found = await waitForList(this, ([object]) => predicate(object), {
      collection,
      what: pathOf(target),
      ...options,
      fieldSelector: `metadata.name=${name}`,
    });
    return found[0];
  }

  /** The same for the objects of a collection, optionally selected. */
  async waitForList(
    collection: Target,
    predicate: ListPredicate,
    options: WaitOptions = {},
  ): Promise<KubeObject[]> {
    return waitForList(this, predicate, { ...options, collection: pathOf(collection) });
  }

  /** Server-side applies every document of a YAML text, in order; `namespace` fills in where none is named. */
  async applyYaml(
    text: string,
    options: { readonly fieldManager?: string; readonly namespace?: string } = {},
  ): Promise<KubeObject[]> {
    const applied: KubeObject[] = [];
    for (const document of loadAll(text) as (KubeObject | null)[]) {
      if (document === null) continue;
      const metadata = { ...pick({ namespace: options.namespace }), ...document.metadata };
      const fieldManager = options.fieldManager ?? 'test-bed';
      applied.push(await this.apply({ ...document, metadata }, { fieldManager, force: true }));
    }
    return applied;
  }

  /** Ends every connection, watches included. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

function path(target: Target, subresource?: string): string {
  return subresource === undefined ? pathOf(target) : `${pathOf(target)}/${subresource}`;
}

function written(body: unknown, options: WriteOptions): { readonly query: Query; readonly body: unknown } {
  const { fieldManager, dryRun, query } = options;
  return { query: { fieldManager, ...dryRunQuery(dryRun), ...query }, body };
}

function dryRunQuery(dryRun: boolean | undefined): Query {
  return dryRun === true ? { dryRun: 'All' } : {};
}

function pick(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
  );
}
