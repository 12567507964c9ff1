// Puts a new transcript of `npm run demo -- --mesh` into docs/tutorial.md, section by section:
//   npm run --silent demo -- --mesh | npx node docs/tutorial-transcript.ts
// The lines that say that something is waited for are left out: they differ from run to run.
import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

/** The sections of a transcript by the number in their headings; what is before the first one has no place. */
export function sectionsOf(transcript: string): ReadonlyMap<string, string> {
  const sections = new Map<string, string>();
  const lines = transcript.split('\n').filter((line) => !/^ +waiting: /.test(line));
  const starts = lines.flatMap((line, index) => (/^\d+\. /.test(line) ? [index] : []));
  starts.forEach((start, which) => {
    const number = /^\d+/.exec(lines[start] ?? '')?.[0] ?? '';
    const body = lines.slice(start + 1, starts[which + 1]).join('\n');
    sections.set(number, `${body.replaceAll(/^\n+|\s+$/g, '')}\n`);
  });
  return sections;
}

/** The page with each marked block made anew. Throws where page and transcript do not have the same sections. */
export function fillTranscript(page: string, transcript: string): string {
  const sections = sectionsOf(transcript);
  const filled = new Set<string>();
  const made = page.replaceAll(
    /(<!-- transcript: (\d+) -->\n\n```console\n)[^]*?(?=^```$)/gm,
    (_, opening: string, number: string) => {
      filled.add(number);
      return `${opening}${sections.get(number) ?? ''}`;
    },
  );
  const [has, wants] = [sections.keys(), filled].map((numbers) => [...numbers].toSorted().join(', '));
  if (has !== wants) throw new Error(`the transcript has the sections ${has ?? ''}, the page ${wants ?? ''}`);
  return made;
}

if (import.meta.main) {
  const file = new URL('tutorial.md', import.meta.url);
  await writeFile(file, fillTranscript(await readFile(file, 'utf8'), await text(process.stdin)));
}
