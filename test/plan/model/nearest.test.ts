import { describe, expect, it } from 'vitest';
import { nearestNames, nearestText, typingErrors } from '../../../src/plan/model/nearest.ts';

describe('typingErrors', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['prom', 'prom', 0],
    ['prom', 'prmo', 2],
    ['prom', 'prm', 1],
    ['prom', 'perom', 1],
    ['prom', 'from', 1],
    ['kitten', 'sitting', 3],
  ])('of "%s" and "%s" are %i', (one, other, errors) => {
    expect([typingErrors(one, other), typingErrors(other, one)]).toEqual([errors, errors]);
  });

  it('counts the first 64 characters only', () => {
    expect(typingErrors('a'.repeat(1000), 'b'.repeat(1000))).toBe(64);
  });
});

describe('nearestNames', () => {
  it.each([
    { name: 'nothing', word: 'a', names: [], nearest: [] },
    {
      name: 'one that holds the word before one with a typing error',
      word: 'prometheus',
      names: ['prometeus', 'my-prometheus-server'],
      nearest: ['my-prometheus-server', 'prometeus'],
    },
    {
      name: 'one that is part of the word before one with a typing error',
      word: 'prometheus-server',
      names: ['prometheus-servr', 'prometheus'],
      nearest: ['prometheus', 'prometheus-servr'],
    },
    {
      name: 'fewer typing errors first',
      word: 'prometheus',
      names: ['redis', 'promtheus', 'pormetheus'],
      nearest: ['promtheus', 'pormetheus', 'redis'],
    },
    {
      name: 'equals by the alphabet',
      word: 'prom',
      names: ['prom-b', 'prom-a'],
      nearest: ['prom-a', 'prom-b'],
    },
  ])('gives $name', ({ word, names, nearest }) => {
    expect(nearestNames(word, names)).toEqual(nearest);
  });

  it('compares 500 names and no more', () => {
    const names = Array.from({ length: 2000 }, (_, index) => `n${index}`);
    expect(nearestNames('n', names)).toHaveLength(500);
  });
});

describe('nearestText', () => {
  it.each([
    { names: [], text: 'none' },
    { names: ['b', 'a', 'c'], text: 'a, b, c' },
    { names: ['b', 'a', 'c', 'd', 'e'], text: 'a, b, c and 2 more' },
  ])('says "$text"', ({ names, text }) => {
    expect(nearestText('x', names)).toBe(text);
  });
});
