// What may be installed: exact versions, one Kubernetes client, none of the abandoned packages that the library brings,
// and nothing that npm would warn of, since .npmrc silences npm.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { satisfies } from 'semver';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

interface Installed {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly deprecated?: string;
  readonly hasInstallScript?: boolean;
  readonly engines?: { readonly node?: string };
}

interface Lockfile {
  readonly packages: Readonly<Record<string, Installed>>;
}

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  /** Whether the install scripts of a package may run. A pinned key never matches: the lockfile names no registry. */
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

const read = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
const lockfile = read('package-lock.json') as Lockfile;
const manifest = read('package.json') as Manifest;

/** Packages that must not come back, each with the versions that are meant. */
const DENIED: readonly { name: string; isDenied: (major: number) => boolean; because: string }[] = [
  { name: 'request', isDenied: () => true, because: 'abandoned in 2020, leaks on redirects' },
  { name: 'tough-cookie', isDenied: () => true, because: 'comes only with request' },
  { name: 'har-validator', isDenied: () => true, because: 'abandoned, comes only with request' },
  { name: 'form-data', isDenied: (major) => major < 4, because: 'predictable boundaries' },
  { name: 'uuid', isDenied: (major) => major < 9, because: 'older ones are deprecated' },
];

/** `node_modules/a/node_modules/@b/c` is `@b/c`. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** Why the lockfile must not be committed; empty if it may. */
function complaintsOf({ packages }: Lockfile): readonly string[] {
  const installed = Object.entries(packages).filter(([path]) => path !== '');
  const clients = installed.filter(([path]) => nameOf(path) === '@kubernetes/client-node');
  return [
    ...(clients.length === 1 ? [] : [`${clients.length} copies of @kubernetes/client-node`]),
    ...installed.flatMap(([path, { version = '', resolved, integrity, link }]) => {
      const name = nameOf(path);
      const denied = DENIED.find(
        (entry) => entry.name === name && entry.isDenied(Number(version.split('.')[0])),
      );
      return [
        ...(denied === undefined ? [] : [`${name} ${version}: ${denied.because}`]),
        ...(resolved === undefined ? [] : [`${name} names a registry: set omit-lockfile-registry-resolved`]),
        ...(integrity === undefined && link !== true ? [`${name} has no integrity`] : []),
      ];
    }),
  ];
}

/** What npm would say in a warning, were they not silenced; `node` is the version that everything runs on. */
function warningsOf(
  { packages }: Lockfile,
  decided: Manifest['allowScripts'],
  node: string,
): readonly string[] {
  const installed = Object.entries(packages).filter(([path]) => path !== '');
  const scripted = new Set(
    installed.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => nameOf(path)),
  );
  return [
    ...installed.flatMap(([path, { deprecated, engines }]) => [
      ...(deprecated === undefined ? [] : [`${nameOf(path)} is deprecated: ${deprecated}`]),
      ...(satisfies(node, engines?.node ?? '*') ? [] : [`${nameOf(path)} does not run on Node ${node}`]),
    ]),
    ...[...scripted].filter((name) => !(name in decided)).map((name) => `${name} has an install script`),
    ...Object.keys(decided)
      .filter((name) => !scripted.has(name))
      .map((name) => `allowScripts names ${name}, which has no install script`),
  ];
}

describe('package-lock.json', () => {
  it('holds nothing that is denied, no registry and one Kubernetes client', () => {
    expect(complaintsOf(lockfile)).toEqual([]);
  });

  it('would be refused with any of these', () => {
    const packages: Lockfile['packages'] = {
      '': { version: '0.1.0' },
      'node_modules/@kubernetes/client-node': { version: '2.0.1', integrity: 'x' },
      'node_modules/a/node_modules/@kubernetes/client-node': { version: '0.22.3', integrity: 'x' },
      'node_modules/a/node_modules/request': { version: '2.88.2', integrity: 'x' },
      'node_modules/uuid': { version: '3.4.0', integrity: 'x' },
      'node_modules/form-data': { version: '4.0.5', integrity: 'x', resolved: 'somewhere' },
      'node_modules/b': { version: '1.0.0' },
    };
    expect(complaintsOf({ packages })).toEqual([
      '2 copies of @kubernetes/client-node',
      'request 2.88.2: abandoned in 2020, leaks on redirects',
      'uuid 3.4.0: older ones are deprecated',
      'form-data names a registry: set omit-lockfile-registry-resolved',
      'b has no integrity',
    ]);
  });
});

describe('what npm would warn of', () => {
  it('is nothing', () => {
    expect(warningsOf(lockfile, manifest.allowScripts, process.versions.node)).toEqual([]);
  });

  it('would be found', () => {
    const packages: Lockfile['packages'] = {
      '': { version: '0.1.0' },
      'node_modules/old': { deprecated: 'use new' },
      'node_modules/next': { engines: { node: '>=26' } },
      'node_modules/fine': { engines: { node: '^22 || ^24.11' }, hasInstallScript: true },
      'node_modules/a/node_modules/builder': { hasInstallScript: true },
    };
    expect(warningsOf({ packages }, { fine: false, gone: true }, '24.21.0')).toEqual([
      'old is deprecated: use new',
      'next does not run on Node 24.21.0',
      'builder has an install script',
      'allowScripts names gone, which has no install script',
    ]);
  });

  it('runs no install script of a dependency', () => {
    expect(Object.values(manifest.allowScripts)).not.toContain(true);
  });
});

describe('package.json', () => {
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  const all = { ...dependencies, ...devDependencies, ...optionalDependencies };

  it.each(Object.entries(all))('names one exact version of %s, the one that is locked', (name, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(lockfile.packages[`node_modules/${name}`]?.version).toBe(version);
  });

  it('brings the same Node for every platform, and it is what runs this', () => {
    const versions = new Set(Object.values(optionalDependencies));
    expect([...versions]).toHaveLength(1);
    expect(Number([...versions][0]?.split('.')[0])).toBe(Number(process.versions.node.split('.')[0]));
  });
});
