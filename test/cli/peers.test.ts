import { describe, expect, it } from 'vitest';

import { runRewrite } from '../../src/cli/rewrite.ts';
import { linesBesideTls, PEERS, REWRITABLE, type Peer } from '../support/peers.ts';

async function run(argv: readonly string[], { config }: Peer): Promise<[number, string, readonly string[]]> {
  const out = { stdout: '', stderr: '' };
  const code = await runRewrite(argv, {
    readFile: () => Promise.reject(new Error('no file is named')),
    readStdin: () => Promise.resolve(Buffer.from(config)),
    writeFile: () => Promise.reject(new Error('nothing is written')),
    stdout: (text) => (out.stdout += text),
    stderr: (text) => (out.stderr += text),
  });
  return [code, out.stdout, out.stderr.trimEnd().split('\n')];
}

const FINDING = /^prometheus\.yaml:(\d+):\d+: ([A-Z]\w+): /;

function named(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => {
    const [, at, code] = FINDING.exec(line) ?? [];
    return at === undefined || code === undefined ? [] : [`${at}: ${code}`];
  });
}

describe('meshscrape rewrite of what the peers have published', () => {
  it.each(PEERS)('--check calls the faults of $name by name', async (peer) => {
    const [code, stdout, said] = await run(['--check'], peer);
    expect([code, stdout, named(said)]).toEqual([peer.check.exit, '', peer.check.says]);
  });

  it.each(REWRITABLE)('leaves every line of $name but the TLS files', async (peer) => {
    const [, stdout] = await run([], peer);
    expect(linesBesideTls(stdout)).toEqual(linesBesideTls(peer.config));
  });

  it('names the flag by which a directory that is not listed is taken, and takes it then', async () => {
    const peer = PEERS.find(({ name }) => name === 'chart-secrets');
    if (peer === undefined) throw new Error('no such peer');
    const flag = '--legacy-directory /etc/prometheus/secrets/copied';
    const copied = { ...peer, config: peer.config.replaceAll('/istio.default/', '/copied/') };
    const [exit, , said] = await run(['--check'], copied);
    expect(exit).toBe(0);
    expect(said).toEqual([expect.stringContaining(flag)]);
    const [code, , then] = await run(['--check', ...flag.split(' ')], copied);
    expect([code, named(then)]).toEqual([3, []]);
  });
});
