import { afterAll, describe, expect, it } from 'vitest';
import { ProxyAgentClient } from '../../../src/kube/pods/proxy-agent-client.ts';
import type { ProxyAgentSeen } from '../../../src/plan/model/prometheus-seen.ts';
import { usePlayedPod } from '../../support/played-pod.ts';
import type { PlayedRequest } from '../../support/played-server.ts';

const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const client = new ProxyAgentClient(() => NOW_MS);
const agent = usePlayedPod();

afterAll(() => client.close());

/** What the client makes of an answer. */
async function ask(answer: (request: PlayedRequest) => void): Promise<ProxyAgentSeen> {
  agent().answerAll(answer);
  return client.ask({ pod: 'p', url: `${agent().url}/metrics` });
}

/** As pilot-agent 1.31 answers. */
const metric = (resource: string, seconds: string): string =>
  `# TYPE istio_agent_cert_expiry_seconds gauge\nistio_agent_cert_expiry_seconds{resource_name="${resource}"} ${seconds}\nistio_agent_go_threads 9\n`;

describe('ProxyAgentClient.ask', () => {
  const rows = [
    {
      name: 'makes an end of the countdown',
      text: metric('default', '23.451753656'),
      seen: { kind: 'answered', notAfterMs: NOW_MS + 23_451.753656 },
    },
    {
      name: 'knows an end in the past',
      text: metric('default', '-2.5'),
      seen: { kind: 'answered', notAfterMs: NOW_MS - 2_500 },
    },
    {
      name: 'reads an exponent',
      text: metric('default', '8.64e+04'),
      seen: { kind: 'answered', notAfterMs: NOW_MS + 86_400_000 },
    },
    {
      name: 'leaves certificates from files alone',
      text: metric('file-cert:/etc/x', '5'),
      seen: { kind: 'silent', message: 'it has no istio_agent_cert_expiry_seconds' },
    },
  ];
  it.each(rows)('$name', async ({ text, seen }) => {
    const answered = await ask((request) => {
      request.reply(200, text);
    });
    expect(answered).toEqual(seen);
  });

  it('takes an error for silence', async () => {
    const answered = await ask((request) => {
      request.reply(503, metric('default', '5'));
    });
    expect(answered).toEqual({ kind: 'silent', message: 'it answers 503' });
  });

  it('takes a closed port for silence', async () => {
    expect(await client.ask({ pod: 'p', url: 'http://127.0.0.1:1/metrics' })).toEqual({
      kind: 'silent',
      message: 'ECONNREFUSED',
    });
  });

  it('does not wait for the end of an answer that drips', async () => {
    const drips: NodeJS.Timeout[] = [];
    agent().answerAll((request) => {
      drips.push(
        setInterval(() => {
          request.raw(' ');
        }, 10),
      );
    });
    const hasty = new ProxyAgentClient(() => NOW_MS, 200);
    expect(await hasty.ask({ pod: 'p', url: `${agent().url}/metrics` })).toEqual({
      kind: 'silent',
      message: 'its answer takes too long',
    });
    drips.forEach(clearInterval);
    await hasty.close();
  });
});
