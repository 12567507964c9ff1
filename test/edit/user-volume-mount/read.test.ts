import { describe, expect, it } from 'vitest';
import {
  readUserVolume,
  readUserVolumeMount,
  volumeMountFields,
} from '../../../src/edit/user-volume-mount/read.ts';
import { FRESH, desired } from './cases.ts';

describe('readUserVolumeMount', () => {
  it.each([
    { name: 'nothing', text: '', entries: [] },
    { name: 'an empty object', text: '{}', entries: [] },
    {
      name: 'an object, in its order',
      text: '{"b":{"mountPath":"/b","readOnly":true},"a":{"mountPath":"/a","name":"c"}}',
      entries: [
        { name: 'b', mountPath: '/b', readOnly: true },
        { name: 'c', mountPath: '/a', readOnly: false },
      ],
    },
    {
      name: 'an array',
      text: ' [{"name":"a","mountPath":"/a"}]',
      entries: [{ name: 'a', mountPath: '/a', readOnly: false }],
    },
  ])('reads $name', ({ text, entries }) => {
    expect(readUserVolumeMount(text)).toEqual({ kind: 'read', entries });
  });

  it.each(['{', '{"a":{"mountPath":1}}', '[[]]', '{"a":{},"a":{}}'])('calls %j unreadable', (text) => {
    expect(readUserVolumeMount(text)).toEqual({
      kind: 'unreadable',
      reason: expect.stringMatching(/\w+ \w+/),
    });
  });
});

describe('readUserVolume', () => {
  it.each([
    { name: 'nothing', text: '\n', volumes: [] },
    {
      name: 'an object',
      text: '{"m":{"emptyDir":{"medium":"Memory"}},"d":{"emptyDir":{}},"n":{}}',
      volumes: [
        { name: 'm', source: 'emptyDir:Memory' },
        { name: 'd', source: 'emptyDir' },
        { name: 'n', source: 'nothing' },
      ],
    },
    {
      name: 'an array',
      text: '[{"name":"s","secret":{"secretName":"istio.default","optional":true}},{"name":"c","configMap":{"name":"x"}},{"hostPath":{"path":"/"},"name":"h"},{"name":"2","emptyDir":{},"secret":{}}]',
      volumes: [
        { name: 's', source: 'secret:istio.default' },
        { name: 'c', source: 'configMap:x' },
        { name: 'h', source: 'hostPath' },
        { name: '2', source: 'emptyDir+secret' },
      ],
    },
  ])('reads $name', ({ text, volumes }) => {
    expect(readUserVolume(text)).toEqual({ kind: 'read', volumes });
  });

  it.each(['x', '{"a":1}', '[{}]', '7'])('calls %j unreadable', (text) => {
    expect(readUserVolume(text)).toEqual({ kind: 'unreadable', reason: expect.stringMatching(/\w+ \w+/) });
  });
});

describe('volumeMountFields', () => {
  it.each([
    { name: 'a blank text', text: '', actual: undefined },
    { name: 'its own object', text: FRESH, actual: desired.outputDirectory },
    {
      name: 'a mount that nothing can be written to',
      text: '{"x":{"mountPath":"/x"},"istio-output-certs":{"mountPath":"/y","readOnly":true}}',
      actual: '/y (readOnly)',
    },
    { name: 'a text that cannot be read', text: '{', actual: undefined },
  ])('gives the mount path of $name', ({ text, actual }) => {
    const path = '[istio-output-certs].mountPath';
    expect(volumeMountFields(text, desired)).toEqual([{ path, expected: desired.outputDirectory, actual }]);
  });
});
