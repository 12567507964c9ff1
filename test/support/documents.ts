// The Markdown pages of the repository, as tests read them: their blocks of code, headings, anchors and links.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

export interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

export interface Page {
  /** In the repository. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** The text without blocks of code. */
  readonly prose: string;
  readonly anchors: readonly string[];
  readonly links: readonly string[];
}

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Every page but those of packages and fixtures, by path. */
export function readPages(): ReadonlyMap<string, Page> {
  const skipped = ['node_modules', 'dist', 'coverage', 'fixtures', '.git'];
  const paths = globSync('**/*.md', {
    cwd: ROOT,
    exclude: (path) => skipped.some((name) => path.endsWith(name)),
  });
  return new Map(paths.toSorted().map((path) => [path, pageOf(path, read(path))]));
}

export function pageOf(path: string, text: string): Page {
  const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', body = '']) => ({
    page: path,
    language,
    text: body,
  }));
  const prose = text.replaceAll(/^```\w*\n.*?^```$/gms, '');
  return { path, text, blocks, prose, anchors: anchorsOf(prose), links: linksOf(prose) };
}

/** As GitHub makes them: a second heading of the same text gets `-1`. */
function anchorsOf(prose: string): readonly string[] {
  const seen = new Map<string, number>();
  const headings = [...prose.matchAll(/^#{1,6} +(.*)$/gm)].map(([, heading = '']) => {
    const slug = slugOf(heading);
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  const named = [...prose.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, name = '']) => name);
  return [...headings, ...named];
}

function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}

/** Targets of links and pictures, in Markdown and in HTML, outside of code. */
function linksOf(prose: string): readonly string[] {
  const text = prose.replaceAll(/`[^`\n]*`/g, 'code');
  const patterns = [
    /\]\(<?([^)>\s]+)>?(?: "[^"]*")?\)/g,
    /^\[[^\]]+\]: +(\S+)/gm,
    /\b(?:href|src|srcset)="([^"]+)"/g,
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, target = '']) => target));
}

/** Why a link of a page leads nowhere; `undefined`: it leads somewhere, or out of the repository. */
export function faultOfLink(page: Page, link: string, pages: ReadonlyMap<string, Page>): string | undefined {
  if (/^[a-z]+:/.test(link)) return undefined;
  const { path, anchor } = targetOf(page, link);
  if (!pages.has(path) && !existsSync(join(ROOT, path))) return `${page.path}: ${link}: no such file`;
  if (anchor === undefined) return undefined;
  const isThere = pages.get(path)?.anchors.includes(anchor) === true;
  return isThere ? undefined : `${page.path}: ${link}: no such heading`;
}

/** A folder means its README.md, as GitHub shows it. */
export function targetOf(
  page: Page,
  link: string,
): { readonly path: string; readonly anchor: string | undefined } {
  const [file = '', anchor] = link.split('#');
  const path = file === '' ? page.path : normalize(join(dirname(page.path), decodeURIComponent(file)));
  const full = join(ROOT, path);
  const index = join(path, 'README.md');
  const isFolder = existsSync(full) && statSync(full).isDirectory() && existsSync(join(ROOT, index));
  return { path: isFolder ? index : path, anchor };
}
