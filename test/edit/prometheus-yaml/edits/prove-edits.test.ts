import { describe, expect, it } from 'vitest';
import { editJob } from '../../../../src/edit/prometheus-yaml/edits/edit-job.ts';
import type { Edit } from '../../../../src/edit/prometheus-yaml/edits/edit.ts';
import type { EditTask } from '../../../../src/edit/prometheus-yaml/edits/edit-jobs.ts';
import { editJobs } from '../../../../src/edit/prometheus-yaml/edits/edit-jobs.ts';
import { failingJobs, proveEdits } from '../../../../src/edit/prometheus-yaml/edits/prove-edits.ts';
import { expectedValues } from '../../../../src/edit/prometheus-yaml/jobs/expected-values.ts';
import { secureJob } from '../goldens.ts';
import { readText } from '../read-text.ts';

const TEXT = `scrape_configs:\n${['a', 'b', 'c'].map((name) => secureJob(name)).join('')}`;
const config = readText(TEXT);
const expected = expectedValues('/etc/prom-certs');
const task: EditTask = {
  text: TEXT,
  config,
  chosen: config.jobs,
  expectedOf: () => expected,
  refused: new Map(),
  configDirectory: undefined,
  editJob,
};
const { edits } = editJobs(task);
const problem = { code: 'UnknownPlace', node: 0, why: 'a reason' } as const;
const failed = { kind: 'failed', why: 'a reason', jobs: [] } as const;
const [a, b, c] = config.jobs.map(({ item }) => item);

function names(jobs: ReturnType<typeof failingJobs>): readonly string[] {
  return jobs.map(({ name }) => name);
}

describe('proveEdits', () => {
  it('proves the edits of all chosen jobs', () => {
    expect(proveEdits(task, edits, new Map())).toEqual({ kind: 'proven' });
  });

  it('proves no edit at all, whatever the jobs hold', () => {
    expect(proveEdits(task, [], new Map())).toEqual({ kind: 'proven' });
  });

  it('asks nothing of a job that is refused, and lets no edit touch it', () => {
    const refused = new Map([[config.jobs[1] ?? raise(), problem]]);
    const others = edits.filter(({ job }) => job.name !== 'b');
    expect(proveEdits(task, others, refused)).toEqual({ kind: 'proven' });
    expect(proveEdits(task, edits, refused)).toMatchObject({ kind: 'failed', jobs: [b] });
  });

  it('names the chosen job that has no edit and lacks its values', () => {
    const others = edits.filter(({ job }) => job.name !== 'c');
    expect(proveEdits(task, others, new Map())).toMatchObject({ kind: 'failed', jobs: [c] });
  });
});

describe('proveEdits, of a job in which one file stays', () => {
  const { cert_file, key_file } = expected;
  const staying = { cert_file, key_file };
  const mixed: EditTask = { ...task, expectedOf: ({ name }) => (name === 'b' ? staying : expected) };
  const isStaying = ({ job, fields }: Edit) => job.name === 'b' && fields.includes('ca_file');

  it('proves the edits of the others', () => {
    const right = edits.filter((edit) => !isStaying(edit));
    expect(right).toHaveLength(edits.length - 1);
    expect(proveEdits(mixed, right, new Map())).toEqual({ kind: 'proven' });
    expect(editJobs(mixed).edits).toEqual(right);
  });

  it('names the job whose staying file is set', () => {
    expect(proveEdits(mixed, edits, new Map())).toMatchObject({ kind: 'failed', jobs: [b] });
  });

  it('names the job in which a file that moves was left out', () => {
    const few = edits.filter(({ job, fields }) => job.name !== 'b' || !fields.includes('key_file'));
    const right = few.filter((edit) => !isStaying(edit));
    expect(proveEdits(mixed, right, new Map())).toMatchObject({ kind: 'failed', jobs: [b] });
  });
});

describe('failingJobs', () => {
  it('gives the jobs that the proof names', () => {
    const proof = { ...failed, jobs: [a ?? -1, c ?? -1] };
    expect(names(failingJobs(task, edits, { proof, refused: new Map() }))).toEqual(['a', 'c']);
  });

  it('does not give a job that is refused already', () => {
    const proof = { ...failed, jobs: [a ?? -1, c ?? -1] };
    const refused = new Map([[config.jobs[0] ?? raise(), problem]]);
    expect(names(failingJobs(task, edits, { proof, refused }))).toEqual(['c']);
  });

  it('gives all that are edited where the proof names none and each is right alone', () => {
    const some = edits.filter(({ job }) => job.name !== 'b');
    expect(names(failingJobs(task, some, { proof: failed, refused: new Map() }))).toEqual(['a', 'c']);
  });

  it('gives those that are wrong alone where the proof names none', () => {
    const bad = edits.map((edit) => (edit.job.name === 'c' ? { ...edit, text: '/wrong' } : edit));
    expect(names(failingJobs(task, bad, { proof: failed, refused: new Map() }))).toEqual(['c']);
  });
});

function raise(): never {
  throw new Error('no such job');
}
