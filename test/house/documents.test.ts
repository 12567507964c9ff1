// Every page of the repository: generated blocks are up to date, links lead somewhere, and nothing is out of reach.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { fillBlocks } from '../../crds/docs/blocks.ts';
import { readSources } from '../../crds/docs/generate.ts';
import { pagesOf } from '../../crds/docs/pages.ts';
import { docsAddressOf, docsAnchorOf, TROUBLESHOOTING_PAGE } from '../../src/api/docs-address.ts';
import { EVENT_REASONS } from '../../src/api/event-reasons.ts';
import { FINDINGS } from '../../src/api/findings.ts';
import { REASONS } from '../../src/api/reasons.ts';
import { faultOfLink, pageOf, read, readPages, ROOT, targetOf } from '../support/documents.ts';

const pages = readPages();
const generated = pagesOf(await readSources());

describe('the generated blocks', () => {
  it.each(Object.entries(generated))(
    'of %s are what the code says: else npm run generate',
    (path, blocks) => {
      expect(read(path)).toBe(fillBlocks(read(path), path, blocks));
    },
  );

  it('are on no page that is not made', () => {
    const marked = [...pages.values()].filter(({ text }) => /^<!-- begin: /m.test(text));
    expect(marked.map(({ path }) => path)).toEqual(Object.keys(generated).toSorted());
  });
});

describe('the links of every page', () => {
  it('lead to files and headings that exist', () => {
    const faults = [...pages.values()].flatMap((page) =>
      page.links.flatMap((link) => faultOfLink(page, link, pages) ?? []),
    );
    expect(faults).toEqual([]);
  });

  it('lead from README and the index of docs/ to every page of docs/', () => {
    const reached = new Set<string>();
    const follow = (path: string): void => {
      const page = pages.get(path);
      if (page === undefined || reached.has(path)) return;
      reached.add(path);
      for (const link of page.links) if (!/^[a-z]+:/.test(link)) follow(targetOf(page, link).path);
    };
    for (const start of ['README.md', 'docs/README.md']) follow(start);
    const docs = [...pages.keys()].filter((path) => path.startsWith('docs/'));
    expect(docs.filter((path) => !reached.has(path))).toEqual([]);
    expect(docs.length).toBeGreaterThan(11);
  });
});

describe('the page of troubleshooting', () => {
  const { anchors = [] } = pages.get(TROUBLESHOOTING_PAGE) ?? {};
  const all = [REASONS, EVENT_REASONS, FINDINGS].flatMap((each) => Object.keys(each));
  const names = [...new Set(all)];

  it('has exactly one section for each reason and each finding', () => {
    const times = names.map((name) => [
      name,
      anchors.filter((anchor) => anchor === docsAnchorOf(name)).length,
    ]);
    expect(times.filter(([, count]) => count !== 1)).toEqual([]);
    // A finding while there is something else to do, a reason where there is not.
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual(['IncludedFilesNotSeen']);
  });

  it('has no two headings with the same anchor', () => {
    expect(anchors.filter((anchor) => /-\d+$/.test(anchor))).toEqual([]);
  });

  it('is where messages and Events point', () => {
    const addressed = names.map((name) => docsAddressOf(name).split('#'));
    expect(new Set(addressed.map(([path]) => path))).toEqual(new Set([TROUBLESHOOTING_PAGE]));
    expect(addressed.filter(([, anchor = '']) => !anchors.includes(anchor))).toEqual([]);
    expect(existsSync(join(ROOT, TROUBLESHOOTING_PAGE))).toBe(true);
  });
});

describe('faultOfLink', () => {
  const page = pageOf(
    'docs/a.md',
    '# One\n\n## Two `x` & [three](b.md)!\n\n## Two\n\n## Two\n\n```sh\n# no heading\n```\n\n[a](#one) `[b](c)` <img src="d.svg">\n',
  );
  const known = new Map([...pages, [page.path, page] as const]);

  it.each([
    ['an anchor of the page', '#one', undefined],
    ['a heading with code, a link and signs', '#two-x--three', undefined],
    ['the second heading of the same text', '#two-1', undefined],
    ['a file', '../package.json', undefined],
    ['a folder', '../src', undefined],
    ['another place', 'https://example.com/x#y', undefined],
    ['no heading', '#no-heading', 'docs/a.md: #no-heading: no such heading'],
    ['no heading of that name', '#three', 'docs/a.md: #three: no such heading'],
    ['no file', 'nothing.md', 'docs/a.md: nothing.md: no such file'],
    [
      'no heading in another page',
      '../README.md#nothing',
      'docs/a.md: ../README.md#nothing: no such heading',
    ],
  ])('of %s: %s', (_, link, fault) => {
    expect(faultOfLink(page, link, known)).toBe(fault);
  });

  it('is asked for links and pictures, not for code', () => {
    expect(page.links).toEqual(['b.md', '#one', 'd.svg']);
  });
});
