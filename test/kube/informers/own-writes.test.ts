import { describe, expect, it } from 'vitest';
import { LISTED, OwnWrites } from '../../../src/kube/informers/own-writes.ts';

interface Bed {
  readonly own: OwnWrites<string>;
  readonly reported: string[];
  /** Moves what the watch has delivered to this version, with a change or the lack of one. */
  readonly deliver: (version: string, change?: string) => void;
}

function bed(): Bed {
  let seen = '100';
  const reported: string[] = [];
  const own = new OwnWrites<string>(
    (change) => reported.push(change),
    () => seen,
  );
  const deliver = (version: string, change?: string): void => {
    seen = version;
    own.deliver('a', version, change);
  };
  return { own, reported, deliver };
}

describe('OwnWrites.hold', () => {
  it('reports at once what comes while nothing is on its way', () => {
    const { reported, deliver } = bed();
    deliver('101', 'foreign');
    expect(reported).toEqual(['foreign']);
  });

  it('waits for the last of two writers of one object', () => {
    const { own, reported, deliver } = bed();
    const [first, second] = [own.hold('a'), own.hold('a')];
    deliver('101', 'foreign');
    first();
    expect(reported).toEqual([]);
    second();
    expect(reported).toEqual(['foreign']);
  });

  it('reports what waited once, and what comes later at once', () => {
    const { own, reported, deliver } = bed();
    const release = own.hold('a');
    deliver('101', 'first');
    release();
    deliver('102', 'second');
    own.hold('a')();
    expect(reported).toEqual(['first', 'second']);
  });

  it('does not report the echo that came before the answer', () => {
    const { own, reported, deliver } = bed();
    const release = own.hold('a');
    deliver('101', 'foreign');
    deliver('102', 'echo');
    own.add('a', '102');
    release();
    expect(reported).toEqual(['foreign']);
  });

  it('reports what a list shows, whatever version was written', () => {
    const { own, reported, deliver } = bed();
    const release = own.hold('a');
    own.deliver('a', LISTED, 'listed');
    own.add('a', '102');
    release();
    deliver('102');
    expect(reported).toEqual(['listed']);
  });
});

describe('OwnWrites.has', () => {
  it('is false before any write, and true until its echo has come', () => {
    const { own, deliver } = bed();
    expect(own.has('a')).toBe(false);
    own.add('a', '105');
    expect([own.has('a'), own.isOwn('a', '105'), own.isOwn('a', '104')]).toEqual([true, true, false]);
    deliver('104');
    expect(own.has('a')).toBe(true);
    deliver('105');
    expect([own.has('a'), own.isOwn('a', '105')]).toEqual([false, false]);
  });

  it('is true while a write is on its way, though nothing of it is known', () => {
    const { own, deliver } = bed();
    const release = own.hold('a');
    deliver('101');
    expect(own.has('a')).toBe(true);
    release();
    expect(own.has('a')).toBe(false);
  });

  it('is true until the last of several echoes has come', () => {
    const { own, deliver } = bed();
    own.add('a', '105');
    own.add('a', '110');
    deliver('105');
    expect([own.has('a'), own.isOwn('a', '105'), own.isOwn('a', '110')]).toEqual([true, false, true]);
    deliver('111');
    expect(own.has('a')).toBe(false);
  });

  it('is false after the answer of a write whose echo came before', () => {
    const { own, deliver } = bed();
    const release = own.hold('a');
    deliver('105');
    own.add('a', '105');
    release();
    expect(own.has('a')).toBe(false);
  });

  it('is false after clear, and knows a later write though one from before ends', () => {
    const { own } = bed();
    const release = own.hold('a');
    own.clear();
    expect(own.has('a')).toBe(false);
    own.add('a', '150');
    release();
    expect(own.has('a')).toBe(true);
  });
});
