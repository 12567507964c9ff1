import { describe, expect, it } from 'vitest';

import { matchScrapeConfigFiles } from '../../../../src/edit/prometheus-yaml/jobs/scrape-config-files.ts';

const KEYS = ['prometheus.yml', 'a.yml', 'b.yml', 'c.yaml', 'b-[1].yml'];

describe('matchScrapeConfigFiles', () => {
  it.each([
    { name: 'a name beside the configuration', pattern: 'a.yml', inside: ['a.yml'], outside: false },
    {
      name: 'an absolute name in the mount',
      pattern: '/etc/prometheus/a.yml',
      inside: ['a.yml'],
      outside: false,
    },
    { name: 'a glob', pattern: '?.y*ml', inside: ['a.yml', 'b.yml', 'c.yaml'], outside: false },
    { name: 'a class', pattern: '[^b-z].yml', inside: ['a.yml'], outside: false },
    { name: 'a range', pattern: '[a-b].yml', inside: ['a.yml', 'b.yml'], outside: false },
    { name: 'escaped brackets', pattern: 'b-\\[1\\].yml', inside: ['b-[1].yml'], outside: false },
    { name: 'dots on the way', pattern: '../prometheus/./a.yml', inside: ['a.yml'], outside: false },
    { name: 'the link ..data', pattern: '/etc/prometheus/..data/a.yml', inside: ['a.yml'], outside: false },
    { name: 'a name that is no key', pattern: 'z.yml', inside: [], outside: false },
    { name: 'another directory', pattern: '/other/a.yml', inside: [], outside: true },
    { name: 'a directory below', pattern: 'conf.d/*.yml', inside: [], outside: true },
    { name: 'a glob among directories', pattern: '/etc/*/a.yml', inside: ['a.yml'], outside: true },
    { name: 'a class that is not closed', pattern: '[a.yml', inside: [], outside: false },
  ])('resolves $name', ({ pattern, inside, outside }) => {
    expect(matchScrapeConfigFiles([pattern], '/etc/prometheus/', KEYS)).toEqual({
      inside,
      outside: outside ? [pattern] : [],
    });
  });

  it('names each key once, whatever matches it', () => {
    expect(matchScrapeConfigFiles(['a.yml', '*.yml', 'a.*'], '/etc/prometheus', KEYS).inside).toEqual([
      'a.yml',
      'b-[1].yml',
      'b.yml',
      'prometheus.yml',
    ]);
  });
});
