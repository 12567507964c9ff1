import { describe, expect, it } from 'vitest';
import { LastAnswers } from '../../src/reconcile/last-answers.ts';

/** Asks, and says how often somebody really had to. */
function asking(lastsMs = Infinity) {
  const answers = new LastAnswers<number>();
  let asked = 0;
  const ask = (question: string, { resource = 'ns/a', about = 'pod', nowMs = 0 } = {}): Promise<number> =>
    answers.recall({
      resource,
      about,
      question,
      nowMs,
      ask: () => Promise.resolve((asked += 1)),
      lastsMs: () => lastsMs,
    });
  return { answers, ask };
}

describe('LastAnswers', () => {
  it('asks the same question once', async () => {
    const { ask } = asking();
    expect([await ask('x'), await ask('x', { nowMs: 1e9 }), await ask('x')]).toEqual([1, 1, 1]);
  });

  it.each([
    { name: 'another question', question: 'y', where: {} },
    { name: 'another resource', question: 'x', where: { resource: 'ns/b' } },
    { name: 'another subject', question: 'x', where: { about: 'workload' } },
  ])('asks for $name', async ({ question, where }) => {
    const { ask } = asking();
    expect([await ask('x'), await ask(question, where)]).toEqual([1, 2]);
  });

  it('keeps the last answer only: a question that comes back is asked again', async () => {
    const { ask } = asking();
    expect([await ask('x'), await ask('y'), await ask('x')]).toEqual([1, 2, 3]);
  });

  it('asks again when the time of an answer is over', async () => {
    const { ask } = asking(1000);
    expect([await ask('x'), await ask('x', { nowMs: 999 }), await ask('x', { nowMs: 1000 })]).toEqual([
      1, 1, 2,
    ]);
  });

  it('forgets a resource that is gone, and no other', async () => {
    const { answers, ask } = asking();
    await ask('x');
    await ask('x', { resource: 'ns/b' });
    answers.forget('ns/a');
    expect([await ask('x'), await ask('x', { resource: 'ns/b' })]).toEqual([3, 2]);
  });

  it('keeps no failure', async () => {
    const answers = new LastAnswers<number>();
    const question = { resource: 'a', about: 'b', question: 'c', nowMs: 0, lastsMs: () => Infinity };
    const broken = answers.recall({ ...question, ask: () => Promise.reject(new Error('reset')) });
    await expect(broken).rejects.toThrow('reset');
    expect(await answers.recall({ ...question, ask: () => Promise.resolve(7) })).toBe(7);
  });
});
