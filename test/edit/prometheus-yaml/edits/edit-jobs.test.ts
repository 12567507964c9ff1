import { describe, expect, it } from 'vitest';
import { editJob } from '../../../../src/edit/prometheus-yaml/edits/edit-job.ts';
import type { EditedJobs, EditTask } from '../../../../src/edit/prometheus-yaml/edits/edit-jobs.ts';
import { editJobs } from '../../../../src/edit/prometheus-yaml/edits/edit-jobs.ts';
import type { Edit } from '../../../../src/edit/prometheus-yaml/edits/edit.ts';
import { expectedValues } from '../../../../src/edit/prometheus-yaml/jobs/expected-values.ts';
import type { JobReading } from '../../../../src/edit/prometheus-yaml/jobs/job-reading.ts';
import { secureJob } from '../goldens.ts';
import { readText } from '../read-text.ts';

const OURS = '/etc/prom-certs';

function taskOf(text: string, editor: EditTask['editJob'] = editJob): EditTask {
  const config = readText(text);
  const expected = expectedValues(OURS);
  const rest = { expectedOf: () => expected, refused: new Map(), configDirectory: undefined };
  return { text, config, chosen: config.jobs, ...rest, editJob: editor };
}

/** The code of each refused job. */
function refusals({ refused }: EditedJobs): Readonly<Record<string, string>> {
  return Object.fromEntries([...refused].map(([job, { code }]) => [job.name, code]));
}

const HEAD = 'global:\n  scrape_interval: 15s\nscrape_configs:\n';
const NAMES = ['a', 'b', 'c', 'd', 'e'];
const TEXT = HEAD + NAMES.map((name) => secureJob(name)).join('');

/** The text with these jobs rewritten. */
function done(names: readonly string[]): string {
  return HEAD + NAMES.map((name) => secureJob(name, names.includes(name) ? OURS : '/etc/certs')).join('');
}

/** The real editor, but for some jobs with edits that somebody else would never have made. */
function damaging(
  damaged: readonly string[],
  damage: (job: JobReading, edits: readonly Edit[]) => readonly Edit[],
) {
  return (...[context, job]: Parameters<typeof editJob>): ReturnType<typeof editJob> => {
    const planned = editJob(context, job);
    if (planned.kind === 'problem' || !damaged.includes(job.name)) return planned;
    return { kind: 'edits', edits: damage(job, planned.edits) };
  };
}

/** An edit of a job at the first place of a text. */
function editAt(job: JobReading, old: string, text: string): Edit {
  const start = TEXT.indexOf(old);
  return { start, end: start + old.length, text, job, fields: [], replaces: undefined, record: [] };
}

describe('editJobs', () => {
  it('gives every chosen job its expected values', () => {
    const edited = editJobs(taskOf(TEXT));
    expect(edited.text).toBe(done(NAMES));
    expect(edited.refused.size).toBe(0);
  });

  it.each([
    {
      name: 'writes another value than the expected one',
      damage: (_: JobReading, edits: readonly Edit[]) => edits.map((edit) => ({ ...edit, text: '/wrong' })),
      why: 'it cannot be proven safe, the values would not be the expected ones',
    },
    {
      name: 'leaves a value as it is',
      damage: (_: JobReading, edits: readonly Edit[]) => edits.slice(1),
      why: 'it cannot be proven safe, the values would not be the expected ones',
    },
    {
      name: 'changes another section',
      damage: (job: JobReading, edits: readonly Edit[]) => [editAt(job, '15s', '30s'), ...edits],
      why: 'it cannot be proven safe, the text around the edits would be read in another way',
    },
    {
      name: 'adds a section',
      damage: (job: JobReading, edits: readonly Edit[]) => [editAt(job, '', 'rule_files: []\n'), ...edits],
      why: 'it cannot be proven safe, the edit reaches another section',
    },
    {
      name: 'makes the text unreadable',
      damage: (job: JobReading, edits: readonly Edit[]) => [editAt(job, '15s', '"15s'), ...edits],
      why: /^it cannot be proven safe, The text cannot be parsed: /,
    },
    {
      name: 'changes another chosen job',
      damage: (job: JobReading, edits: readonly Edit[]) => [...edits, editAt(job, 'c\n  scheme: https', 'c')],
      why: 'it cannot be proven safe, the text around the edits would be read in another way',
    },
    {
      name: 'sets a value of another chosen job',
      damage: (job: JobReading, edits: readonly Edit[]) => [
        ...edits,
        editAt(job, 'c\n  scheme: https\n  tls_config:\n    ca_file: /etc/certs/root-cert.pem', 'c'),
      ],
      why: 'it cannot be proven safe, two edits would overlap',
    },
    {
      name: 'edits one place twice',
      damage: (_: JobReading, edits: readonly Edit[]) => [...edits, ...edits],
      why: 'it cannot be proven safe, two edits would overlap',
    },
  ])('gives up only the job whose edit $name', ({ damage, why }) => {
    const edited = editJobs(taskOf(TEXT, damaging(['b'], damage)));
    expect(edited.text).toBe(done(['a', 'c', 'd', 'e']));
    expect(refusals(edited)).toEqual({ b: 'ProofFailed' });
    expect([...edited.refused.values()].map((problem) => problem.why)).toEqual([expect.stringMatching(why)]);
    expect([...edited.refused].map(([job, { node }]) => node === job.item)).toEqual([true]);
    expect(new Set(edited.edits.map(({ job }) => job.name))).toEqual(new Set(['a', 'c', 'd', 'e']));
  });

  it('finds by halving each of several jobs that damage what is around them', () => {
    const comment = (job: JobReading, edits: readonly Edit[]) => [
      ...edits,
      editAt(job, `${job.name}\n  scheme: `, `${job.name}\n  # `),
    ];
    const edited = editJobs(taskOf(TEXT, damaging(['a', 'd', 'e'], comment)));
    expect(edited.text).toBe(done(['b', 'c']));
    expect(refusals(edited)).toEqual({ a: 'ProofFailed', d: 'ProofFailed', e: 'ProofFailed' });
  });

  it('leaves the text alone where every job damages it', () => {
    const wrong = (_: JobReading, edits: readonly Edit[]) =>
      edits.map((edit) => ({ ...edit, text: '/wrong' }));
    const edited = editJobs(taskOf(TEXT, damaging(NAMES, wrong)));
    expect(edited).toMatchObject({ text: TEXT, edits: [] });
    expect(edited.refused.size).toBe(5);
  });

  it('gives up all jobs, with the text untouched, where each round shows another damage', () => {
    const names = Array.from({ length: 20 }, (_, index) => `job-${index}`);
    const text = HEAD + names.map((name) => secureJob(name)).join('');
    const rounds: unknown[] = [];
    const edited = editJobs(
      taskOf(text, (context, job) => {
        if (rounds.at(-1) !== context) rounds.push(context);
        const planned = editJob(context, job);
        if (planned.kind === 'problem' || job.name !== `job-${rounds.length}`) return planned;
        return { kind: 'edits', edits: planned.edits.slice(1) };
      }),
    );
    expect(edited).toMatchObject({ text, edits: [] });
    expect([...new Set(Object.values(refusals(edited)))]).toEqual(['ProofFailed']);
    expect(edited.refused.size).toBe(20);
    const reasons = [...edited.refused.values()].map(({ why }) => why);
    expect(reasons.filter((why) => why === 'it cannot be proven safe')).toHaveLength(8);
  });

  it('refuses jobs with one name in a text that it edits otherwise', () => {
    const text = `${HEAD}${secureJob('a')}${secureJob('b')}${secureJob('a')}`;
    const edited = editJobs(taskOf(text));
    expect(refusals(edited)).toEqual({ a: 'DuplicateJobName' });
    expect(edited.text).toBe(`${HEAD}${secureJob('a')}${secureJob('b', OURS)}${secureJob('a')}`);
  });
});
