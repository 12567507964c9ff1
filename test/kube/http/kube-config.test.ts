import { CoreV1Api } from '@kubernetes/client-node';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadKubeConfig, SharedKubeConfig } from '../../../src/kube/http/kube-config.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { PlayedServer } from '../../support/played-server.ts';

let directory: string;
let clock: FakeClock;
let kubeConfig: SharedKubeConfig | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'meshscrape-kube-config-'));
  clock = new FakeClock();
});

afterEach(async () => {
  await kubeConfig?.destroy();
  kubeConfig = undefined;
  rmSync(directory, { recursive: true });
});

function load(cluster: object, user: object): SharedKubeConfig {
  const file = join(directory, 'kubeconfig');
  const context = { name: 'c', context: { cluster: 'c', user: 'u' } };
  const config = {
    'current-context': 'c',
    contexts: [context],
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
  };
  writeFileSync(file, JSON.stringify(config));
  kubeConfig = loadKubeConfig(file, clock);
  return kubeConfig;
}

describe('SharedKubeConfig.connection', () => {
  it('names the server, its path prefix and who we are', async () => {
    const config = load({ server: 'https://example.org:6443/clusters/7/' }, { token: 't' });
    expect(await config.connection()).toMatchObject({
      origin: 'https://example.org:6443',
      prefix: '/clusters/7',
      headers: { Authorization: 'Bearer t' },
    });
  });

  it('runs an exec plugin for a token', async () => {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'from-the-plugin' },
    };
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: ['-e', `console.log(${JSON.stringify(JSON.stringify(credential))})`],
    };
    const config = load({ server: 'https://example.org' }, { exec });
    expect((await config.connection()).headers).toEqual({ Authorization: 'Bearer from-the-plugin' });
  });

  it('keeps the pool while the files stay the same, and replaces it when the mounted CA changes', async () => {
    const ca = join(directory, 'ca.crt');
    writeFileSync(ca, 'one');
    const config = load({ server: 'https://example.org', 'certificate-authority': ca }, { token: 't' });
    const first = (await config.connection()).dispatcher;
    clock.pass(11_000);
    expect((await config.connection()).dispatcher).toBe(first);
    writeFileSync(ca, 'two');
    expect((await config.connection()).dispatcher).toBe(first);
    clock.pass(11_000);
    expect((await config.connection()).dispatcher).not.toBe(first);
    expect(clock.delays).toEqual([60_000]);
    clock.pass(60_000);
    await expect(first.request({ origin: 'https://example.org', path: '/', method: 'GET' })).rejects.toThrow(
      /destroyed/,
    );
  });

  it('says who it is by name and password where the kubeconfig does', async () => {
    const config = load({ server: 'https://example.org' }, { username: 'me', password: 'pass' });
    expect((await config.connection()).headers).toEqual({ Authorization: 'Basic bWU6cGFzcw==' });
  });

  it('takes the connection of a moment ago for at most 10 s', async () => {
    const config = load({ server: 'https://example.org' }, { token: 't' });
    const first = await config.connection();
    clock.pass(9_999);
    expect(await config.connection()).toBe(first);
    clock.pass(1);
    expect(await config.connection()).not.toBe(first);
  });

  it('reads once for all who ask meanwhile', async () => {
    const config = load({ server: 'https://example.org' }, { token: 't' });
    const [one, other] = await Promise.all([config.connection(), config.connection()]);
    expect(one).toBe(other);
  });

  it('goes on with what it has while a mounted file is missing', async () => {
    const ca = join(directory, 'ca.crt');
    writeFileSync(ca, 'one');
    const config = load({ server: 'https://example.org', 'certificate-authority': ca }, { token: 't' });
    const first = (await config.connection()).dispatcher;
    rmSync(ca);
    clock.pass(11_000);
    expect((await config.connection()).dispatcher).toBe(first);
  });

  it.each([
    {
      name: 'plain HTTP that is not allowed',
      cluster: { server: 'http://example.org' },
      message: /HTTP protocol/,
    },
    {
      name: 'a SOCKS proxy',
      cluster: { server: 'https://example.org', 'proxy-url': 'socks5://localhost:1' },
      message: /SOCKS/,
    },
  ])('says what is wrong: $name', async ({ cluster, message }) => {
    const config = load(cluster, { token: 't' });
    await expect(config.connection()).rejects.toMatchObject({ code: 'Misconfigured', retryable: false });
    await expect(config.connection()).rejects.toThrow(message);
  });
});

describe('SharedKubeConfig.suspect', () => {
  it('opens another pool, once, however many calls saw the old one fail', async () => {
    const config = load({ server: 'https://example.org' }, { token: 't' });
    const first = (await config.connection()).dispatcher;
    config.suspect(first);
    const second = (await config.connection()).dispatcher;
    expect(second).not.toBe(first);
    config.suspect(first);
    expect((await config.connection()).dispatcher).toBe(second);
  });
});

describe('SharedKubeConfig.refresh', () => {
  it('reads the credentials again, on the same pool', async () => {
    const file = join(directory, 'token');
    writeFileSync(file, 'one');
    const config = load({ server: 'https://example.org' }, { tokenFile: file });
    const first = await config.connection();
    writeFileSync(file, 'two');
    expect(await config.connection()).toBe(first);
    config.refresh();
    const second = await config.connection();
    expect(second).not.toBe(first);
    expect(second.dispatcher).toBe(first.dispatcher);
  });
});

describe('SharedKubeConfig.destroy', () => {
  it('ends the pool in use and those that were replaced, and leaves no timer', async () => {
    const config = load({ server: 'https://example.org' }, { token: 't' });
    const first = (await config.connection()).dispatcher;
    config.suspect(first);
    const second = (await config.connection()).dispatcher;
    await config.destroy();
    expect(clock.delays).toEqual([]);
    for (const pool of [first, second]) {
      await expect(pool.request({ origin: 'https://example.org', path: '/', method: 'GET' })).rejects.toThrow(
        /destroyed/,
      );
    }
    await expect(config.connection()).rejects.toMatchObject({ code: 'Closed' });
  });
});

describe('SharedKubeConfig.server', () => {
  it('is empty without a cluster', () => {
    expect(new SharedKubeConfig(clock).server).toBe('');
    expect(load({ server: 'https://example.org/x' }, {}).server).toBe('https://example.org/x');
  });
});

describe('loadKubeConfig', () => {
  it('names the file that cannot be loaded', () => {
    expect(() => loadKubeConfig(join(directory, 'absent'))).toThrow(
      /cannot load kubeconfig .*absent: ENOENT/,
    );
  });
});

describe('SharedKubeConfig.applySecurityAuthentication', () => {
  it("puts client-node's own APIs on the one pool, with our credentials", async () => {
    const server = await PlayedServer.start();
    const config = server.kubeConfig(clock);
    const read = config.makeApiClient(CoreV1Api).readNamespacedConfigMap({ namespace: 'ns', name: 'a' });
    const request = await server.next();
    expect(request.headers.authorization).toBe('Bearer very-secret');
    request.reply(200, { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' } });
    expect((await read).metadata?.name).toBe('a');
    await config.destroy();
    await expect(config.coreApi().listNode()).rejects.toMatchObject({ code: 'Closed' });
    await server.stop();
  });
});
