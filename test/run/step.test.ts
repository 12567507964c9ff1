import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Children } from './step.ts';

const node = (script: string): readonly string[] => [process.execPath, '-e', script];

describe('Children.run', { timeout: 60_000 }, () => {
  it('gives code and output, both streams', async () => {
    const ended = await new Children().run(
      node(`console.log('out'); console.error('err'); process.exitCode = 3`),
      '.',
    );
    expect(ended).toEqual({ code: 3, output: expect.stringMatching(/out/) as string });
    expect(ended.output).toContain('err');
  });

  it('prints lines as they come', async () => {
    const lines: string[] = [];
    await new Children().run(node(`console.log('one\\ntwo')`), '.', (line) => lines.push(line));
    expect(lines).toEqual(['one', 'two']);
  });

  it('gives 128 and the signal for a child that was killed', async () => {
    expect((await new Children().run(node('process.kill(process.pid, 9)'), '.')).code).toBe(137);
  });

  it('is no success for a program that is not there', async () => {
    expect(await new Children().run(['./no-such-program'], '.')).toEqual({
      code: 127,
      output: expect.stringContaining('cannot start ./no-such-program') as string,
    });
  });
});

describe('Children.stop', { timeout: 60_000 }, () => {
  it("ends a child and the child's child, and starts nothing more", async () => {
    // The grandchild holds a connection to us for as long as it lives, and ignores SIGTERM.
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const grandchild = `process.on('SIGTERM', () => {}); require('node:net').connect(${port}, '127.0.0.1').resume()`;
    const script = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'ignore' })`;

    const children = new Children();
    const ended = children.run(node(script), '.');
    const [socket] = (await once(server, 'connection')) as [Socket];
    socket.on('error', () => undefined).resume();
    const closed = once(socket, 'close');
    await children.stop();
    await closed;
    expect((await ended).code).toBe(143);
    expect((await children.run(node(''), '.')).code).toBe(130);
    server.close();
  });
});
