import { describe, expect, it } from 'vitest';
import { KubeError } from '../../src/kube/http/kube-error.ts';
import { createLog, describeError, describeRetry } from '../../src/telemetry/log.ts';

function logged(run: (log: ReturnType<typeof createLog>) => void): readonly Record<string, unknown>[] {
  const lines: string[] = [];
  run(createLog('info', { write: (line: string) => lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('createLog', () => {
  it('writes one JSON object per line, with an ISO time and the level by name', () => {
    const [line] = logged((log) => {
      log.child({ resource: 'ns/one' }).info({ count: 2 }, 'changed');
    });
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      resource: 'ns/one',
      count: 2,
      msg: 'changed',
    });
  });

  it('leaves out what is below its level', () => {
    const lines = logged((log) => {
      log.debug({}, 'no');
      log.warn({}, 'yes');
    });
    expect(lines.map((line) => line['msg'])).toEqual(['yes']);
  });

  it('never writes what a library hangs on an error', () => {
    const error = Object.assign(new Error('HTTP 500'), {
      code: 'ServerError',
      body: 'tls.key: SECRET',
      headers: { authorization: 'Bearer SECRET' },
      response: { data: 'SECRET' },
    });
    const [line] = logged((log) => {
      log.error({ err: new Error('outer', { cause: error }) }, 'failed');
    });
    expect(JSON.stringify(line)).not.toContain('SECRET');
    expect(line?.['err']).toMatchObject({
      type: 'Error',
      message: 'outer',
      cause: { type: 'Error', code: 'ServerError', message: 'HTTP 500' },
    });
  });
});

describe('describeRetry', () => {
  it('leaves out where in our code it was met', () => {
    const retry = new KubeError('Timeout', 'get ConfigMap ns/a: no answer within 10000 ms', {
      cause: new Error('socket'),
    });
    const [line] = logged((log) => {
      log.info({ retry }, 'tried again');
    });
    expect(line?.['retry']).toEqual({
      type: 'KubeError',
      code: 'Timeout',
      message: 'get ConfigMap ns/a: no answer within 10000 ms',
    });
    expect(describeRetry('oops')).toEqual({ type: 'string', message: 'oops' });
  });
});

describe('describeError', () => {
  const rows: readonly { name: string; thrown: unknown; is: object }[] = [
    { name: 'a string', thrown: 'oops', is: { type: 'string', message: 'oops' } },
    { name: 'undefined', thrown: undefined, is: { type: 'undefined', message: 'undefined' } },
    { name: 'a subclass', thrown: new TypeError('no'), is: { type: 'TypeError', message: 'no' } },
    {
      name: 'a message that carries a whole answer',
      thrown: 'x'.repeat(5000),
      is: { type: 'string', message: `${'x'.repeat(2048)}…` },
    },
  ];
  it.each(rows)('describes $name', ({ thrown, is }) => {
    expect(describeError(thrown)).toMatchObject(is);
  });

  it('ends for a cause that is its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(describeError(error)).match(/"message":"round"/g)).toHaveLength(5);
  });
});
