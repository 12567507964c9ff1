import { describe, expect, it } from 'vitest';
import { fieldBlocks } from '../../../crds/docs/fields.ts';
import type { Schema } from '../../../crds/generate-types.ts';

const SCHEMA: Schema = {
  description: 'The whole.',
  type: 'object',
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      maxLength: 9,
      description: 'A | B.',
      'x-kubernetes-validations': [{ rule: 'true', message: 'name must be short' }],
    },
    mode: { type: 'string', enum: ['On', 'Off'], default: 'On', description: 'How.' },
    part: {
      type: 'object',
      description: 'A part.',
      required: ['list'],
      properties: {
        list: {
          type: 'array',
          maxItems: 3,
          description: 'Some.',
          items: {
            type: 'object',
            required: ['at'],
            properties: { at: { type: 'string', format: 'date-time', description: 'When.' } },
          },
        },
        words: {
          type: 'array',
          minItems: 1,
          maxItems: 2,
          default: ['a', 'b'],
          items: { type: 'string', maxLength: 5 },
        },
      },
    },
  },
};

describe('fieldBlocks', () => {
  it('has the fields of spec that are no objects, and the rules of the whole', () => {
    expect(fieldBlocks('spec', SCHEMA)['spec']).toBe(
      [
        'The whole.',
        '',
        '| Field | Values | Bounds | Meaning |',
        '| --- | --- | --- | --- |',
        '| `name` | string; required | 1 to 9 characters | A \\| B. |',
        '| `mode` | `On`, `Off`; default `On` |  | How. |',
        '',
        'The API server refuses what breaks a rule:',
        '',
        '- name must be short',
      ].join('\n'),
    );
  });

  it('has a block for each object, lists and what is in them', () => {
    expect(fieldBlocks('status', SCHEMA)['status.part']).toBe(
      [
        'A part.',
        '',
        '| Field | Values | Bounds | Meaning |',
        '| --- | --- | --- | --- |',
        '| `part.list` | list of objects | at most 3 items | Some. |',
        '| `part.list[].at` | time |  | When. |',
        '| `part.words` | list of strings; default `[a, b]` | 1 to 2 items of at most 5 characters |  |',
      ].join('\n'),
    );
  });
});
