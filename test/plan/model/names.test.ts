import { describe, expect, it } from 'vitest';
import { durationMs } from '../../../src/api/duration.ts';
import { fieldManagerOf, keyOfResource, ownedNameOf, shortHash } from '../../../src/plan/model/names.ts';
import { scrape } from '../../support/scrape.ts';

const named = (namespace: string, name: string) => scrape({}, { metadata: { namespace, name } });

describe('fieldManagerOf', () => {
  it('is meshscrape, namespace and name', () => {
    expect(fieldManagerOf(named('app-metrics', 'prometheus'))).toBe('meshscrape.app-metrics.prometheus');
  });

  it('is whole at 128 characters, which the API server takes', () => {
    const manager = fieldManagerOf(named('n'.repeat(63), 'p'.repeat(53)));
    expect(manager).toBe(`meshscrape.${'n'.repeat(63)}.${'p'.repeat(53)}`);
    expect(manager).toHaveLength(128);
  });

  it('is cut and hashed at 129 characters', () => {
    const manager = fieldManagerOf(named('n'.repeat(63), 'p'.repeat(54)));
    expect(manager).toHaveLength(128);
    expect(manager).toMatch(/^meshscrape\.n{63}\.p{40}\.[0-9a-f]{12}$/);
  });

  it('differs for two long names that differ in their last letter', () => {
    const [a, b] = ['x', 'y'].map((last) =>
      fieldManagerOf(named('n'.repeat(63), `${'p'.repeat(100)}${last}`)),
    );
    expect(a).not.toBe(b);
  });
});

describe('ownedNameOf and keyOfResource', () => {
  it('carry the name of the resource', () => {
    expect([ownedNameOf(scrape()), keyOfResource(scrape())]).toEqual([
      'meshscrape-prometheus',
      'app-metrics/prometheus',
    ]);
  });
});

describe('shortHash', () => {
  it('is the head of SHA-256', () => {
    expect(shortHash('')).toBe('e3b0c44298fc');
  });
});

describe('durationMs', () => {
  it.each([
    ['1m', 60_000],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['24h', 86_400_000],
    ['1h1m1s', 3_661_000],
    ['', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });
});
