import { afterAll, describe, expect, it } from 'vitest';
import { PrometheusClient } from '../../../src/kube/pods/prometheus-client.ts';
import type { PrometheusSeen } from '../../../src/plan/model/prometheus-seen.ts';
import { usePlayedPod } from '../../support/played-pod.ts';
import type { PlayedRequest } from '../../support/played-server.ts';

const CONFIG = '/api/v1/status/config';
const RUNTIME = '/api/v1/status/runtimeinfo';
const POOLS = '/api/v1/scrape_pools';
const TARGETS = '/api/v1/targets';

const client = new PrometheusClient();
const prometheus = usePlayedPod();

afterAll(() => client.close());

type Requests = ReadonlyMap<string, PlayedRequest>;

/** What the client makes of the answers to its four questions. */
async function ask(answer: (requests: Requests) => void | Promise<void>): Promise<PrometheusSeen> {
  const seen = client.ask({ pod: 'p', url: prometheus().url });
  const requests = new Map<string, PlayedRequest>();
  for (let question = 0; question < 4; question += 1) {
    const request = await prometheus().next();
    requests.set(request.path, request);
  }
  await answer(requests);
  return seen;
}

/** The same where each question is answered 200 with this `data`. */
function askFor(data: Readonly<Record<string, unknown>>): Promise<PrometheusSeen> {
  return ask((requests) => {
    for (const [path, request] of requests) request.reply(200, { status: 'success', data: data[path] });
  });
}

const CONFIGURED = { [CONFIG]: { yaml: 'global: {}' } };

describe('PrometheusClient.ask', () => {
  it('reads configuration, reload, pools and targets', async () => {
    const target = {
      scrapePool: 'p',
      scrapeUrl: 'https://10.0.0.9/metrics',
      health: 'down',
      lastError: 'Get "https://10.0.0.9/metrics": EOF',
      lastScrape: '2026-03-01T12:00:00Z',
    };
    expect(
      await askFor({
        ...CONFIGURED,
        [RUNTIME]: { reloadConfigSuccess: true, lastConfigTime: '2026-03-01T11:00:00Z' },
        [POOLS]: { scrapePools: ['p', 7] },
        [TARGETS]: { activeTargets: [target, { health: 'up' }, { health: 'fine' }, 'x'] },
      }),
    ).toEqual({
      kind: 'answered',
      config: 'global: {}',
      reloadSucceeded: true,
      // Prometheus gives whole seconds, cut off.
      configLoadedMs: Date.parse('2026-03-01T11:00:01Z'),
      pools: ['p'],
      targets: [
        {
          scrapePool: 'p',
          scrapeUrl: 'https://10.0.0.9/metrics',
          health: 'down',
          lastError: 'EOF',
          lastScrapeMs: Date.parse('2026-03-01T12:00:00Z'),
        },
        ...['up', 'unknown', 'unknown'].map((health) => ({
          scrapePool: '',
          scrapeUrl: '',
          health,
          lastError: '',
          lastScrapeMs: undefined,
        })),
      ],
    });
  });

  it('asks for active targets only', async () => {
    let search = '';
    await ask((requests) => {
      search = requests.get(TARGETS)?.url.search ?? '';
      for (const request of requests.values()) request.fail(404, '');
    });
    expect(search).toBe('?state=active');
  });

  it('does without the endpoints that an old version does not have', async () => {
    const seen = await ask((requests) => {
      for (const [path, request] of requests) {
        if (path === CONFIG) request.reply(200, { data: CONFIGURED[CONFIG] });
        else request.fail(404, 'not found');
      }
    });
    expect(seen).toEqual({
      kind: 'answered',
      config: 'global: {}',
      reloadSucceeded: false,
      configLoadedMs: undefined,
      pools: undefined,
      targets: [],
    });
  });

  it.each([
    { name: 'a data without yaml', body: { data: {} } },
    { name: 'no data', body: {} },
    { name: 'no map', body: [] },
  ])('takes $name for silence', async ({ body }) => {
    const seen = await ask((requests) => {
      for (const request of requests.values()) request.reply(200, body);
    });
    expect(seen).toEqual({ kind: 'silent', message: 'its /api/v1/status/config has no yaml' });
  });

  it('says nothing of the text of an answer that is no JSON', async () => {
    const seen = await ask((requests) => {
      for (const request of requests.values()) request.reply(200, 'password: hunter2');
    });
    expect(seen).toEqual({ kind: 'silent', message: 'its answer to /api/v1/status/config is no JSON' });
  });

  it('says nothing of the text of an error', async () => {
    const seen = await ask((requests) => {
      for (const request of requests.values()) request.reply(500, 'password: hunter2');
    });
    expect(seen).toEqual({ kind: 'silent', message: 'it answers 500 to /api/v1/status/config' });
  });

  it('masks what looks like a secret in the URL of a target', async () => {
    const scrapeUrl = 'https://10.0.0.9/probe?module=tls&API_Token=hunter2&target=a';
    const seen = await askFor({ ...CONFIGURED, [TARGETS]: { activeTargets: [{ scrapeUrl }] } });
    expect(seen).toMatchObject({
      kind: 'answered',
      targets: [{ scrapeUrl: 'https://10.0.0.9/probe?module=tls&API_Token=xxxxx&target=a' }],
    });
  });

  it('answers the same of four answers that fail, whichever comes first', async () => {
    const seen = await ask(async (requests) => {
      const first = requests.get(CONFIG);
      for (const [path, request] of requests) if (path !== CONFIG) request.fail(401, '');
      await Promise.all([...requests].filter(([path]) => path !== CONFIG).map(([, other]) => other.gone()));
      first?.fail(401, '');
    });
    expect(seen).toEqual({ kind: 'silent', message: 'it answers 401 to /api/v1/status/config' });
  });

  it('does not wait for the end of an answer that drips', async () => {
    const drips: NodeJS.Timeout[] = [];
    prometheus().answerAll((request) => {
      drips.push(
        setInterval(() => {
          request.raw(' ');
        }, 10),
      );
    });
    const hasty = new PrometheusClient(200);
    expect(await hasty.ask({ pod: 'p', url: prometheus().url })).toEqual({
      kind: 'silent',
      message: 'its answer takes too long',
    });
    drips.forEach(clearInterval);
    await hasty.close();
  });
});

describe('PrometheusClient.failedPools', () => {
  const METRICS = `# TYPE prometheus_target_scrape_pools_failed_total counter
prometheus_target_scrape_pools_failed_total 3
prometheus_target_scrape_pools_total 17
`;
  it.each([
    { name: 'the number', status: 200, body: METRICS, count: 3 },
    {
      name: 'a number in the notation of large ones',
      status: 200,
      body: METRICS.replace(' 3', ' 1e+06'),
      count: 1e6,
    },
    { name: 'zero', status: 200, body: METRICS.replace(' 3', ' 0'), count: 0 },
    { name: 'nothing of a version that does not count', status: 200, body: 'up 1\n', count: undefined },
    { name: 'nothing of a page that is not there', status: 404, body: METRICS, count: undefined },
    {
      name: 'nothing of a page that is longer than the bound',
      status: 200,
      body: `${'#'.repeat(4 * 1024 * 1024)}\n${METRICS}`,
      count: undefined,
    },
  ])('reads $name', async ({ status, body, count }) => {
    const seen = client.failedPools({ pod: 'p', url: `${prometheus().url}/prefix` });
    const request = await prometheus().next();
    expect(request.path).toBe('/prefix/metrics');
    request.reply(status, body);
    expect(await seen).toEqual({ count });
  });

  it('reads nothing where nobody answers', async () => {
    const seen = client.failedPools({ pod: 'p', url: prometheus().url });
    (await prometheus().next()).reset();
    expect(await seen).toEqual({ count: undefined });
  });
});

describe('PrometheusClient.reload', () => {
  it('posts, whatever the answer', async () => {
    const reload = client.reload({ pod: 'p', url: prometheus().url });
    const request = await prometheus().next();
    expect([request.method, request.path]).toEqual(['POST', '/-/reload']);
    request.reply(500, 'no');
    await reload;
  });

  it('does not throw when nobody answers', async () => {
    const reload = client.reload({ pod: 'p', url: prometheus().url });
    (await prometheus().next()).reset();
    await reload;
  });
});
