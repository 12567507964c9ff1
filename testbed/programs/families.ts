// Which Go module each program of the test bed comes from. Only the family's go.mod names the version.
// One module per family, since their dependencies disagree.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export type ProgramName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kubectl'
  | 'prometheus'
  | 'promtool'
  | 'effective-config'
  | 'pilot-discovery'
  | 'pilot-agent'
  | 'istioctl'
  | 'target';

export interface Recipe {
  readonly package: string;
  /** A cold build on 2 cores, for the progress line. */
  readonly coldBuild: string;
}

export interface Family {
  readonly name: string;
  /** The module whose version names the family; empty for one that is nothing but source of ours. */
  readonly module: string;
  readonly programs: Readonly<Partial<Record<ProgramName, Recipe>>>;
  /** Link flags beyond -s -w, given the version. */
  readonly linkFlags?: (version: string) => readonly string[];
}

export const families: readonly Family[] = [
  {
    name: 'etcd',
    module: 'go.etcd.io/etcd/server/v3',
    programs: { etcd: { package: 'go.etcd.io/etcd/server/v3', coldBuild: 'half a minute' } },
  },
  {
    name: 'kubernetes',
    module: 'k8s.io/kubernetes',
    programs: {
      'kube-apiserver': { package: 'k8s.io/kubernetes/cmd/kube-apiserver', coldBuild: '4 minutes' },
      'kube-controller-manager': {
        package: 'k8s.io/kubernetes/cmd/kube-controller-manager',
        coldBuild: '1 minute',
      },
      kubectl: { package: 'k8s.io/kubernetes/cmd/kubectl', coldBuild: 'half a minute' },
    },
    // Without these the server calls itself v0.0.0-master, and kubectl cannot read that.
    linkFlags: (version) => {
      const [major = '', minor = ''] = version.replace(/^v/, '').split('.');
      const prefix = '-X k8s.io/component-base/version.';
      return [`${prefix}gitVersion=${version}`, `${prefix}gitMajor=${major}`, `${prefix}gitMinor=${minor}`];
    },
  },
  {
    name: 'prometheus',
    module: 'github.com/prometheus/prometheus',
    programs: {
      prometheus: { package: 'github.com/prometheus/prometheus/cmd/prometheus', coldBuild: '2 minutes' },
      promtool: { package: 'github.com/prometheus/prometheus/cmd/promtool', coldBuild: '3 minutes' },
      'effective-config': { package: './effective-config', coldBuild: '3 minutes' },
    },
  },
  {
    name: 'istio',
    module: 'istio.io/istio',
    programs: {
      'pilot-discovery': {
        package: 'istio.io/istio/pilot/cmd/pilot-discovery',
        coldBuild: '3 to 10 minutes',
      },
      'pilot-agent': { package: 'istio.io/istio/pilot/cmd/pilot-agent', coldBuild: '1 minute' },
      istioctl: { package: 'istio.io/istio/istioctl/cmd/istioctl', coldBuild: 'half a minute' },
    },
  },
  {
    name: 'target',
    module: '',
    programs: { target: { package: '.', coldBuild: '15 seconds' } },
  },
];

/** The family that a program belongs to, and how it is built. */
export function recipeOf(program: ProgramName): { readonly family: Family; readonly recipe: Recipe } {
  for (const family of families) {
    const recipe = family.programs[program];
    if (recipe !== undefined) return { family, recipe };
  }
  throw new Error(`no family builds ${program}`);
}

/** The directory of a family's go.mod. */
export function moduleDirectory(family: Family): string {
  return join(import.meta.dirname, family.name);
}

/** The version that the family's go.mod requires, such as v1.36.3; v0.0.0 for one of our own source. */
export function versionOf(family: Family): string {
  if (family.module === '') return 'v0.0.0';
  const text = readFileSync(join(moduleDirectory(family), 'go.mod'), 'utf8');
  const line = text.split('\n').find((candidate) => candidate.trim().startsWith(`${family.module} v`));
  const version = line?.trim().replace('require ', '').split(/\s+/)[1];
  if (version === undefined) throw new Error(`${family.name}/go.mod does not require ${family.module}`);
  return version;
}

/** Where a family's products are kept; another version, or another source of ours, is another directory. */
export function cacheDirectory(family: Family): string {
  const directory = moduleDirectory(family);
  const sources = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(^go\.(mod|sum)|\.go)$/.test(path))
    .sort();
  const hash = createHash('sha256');
  for (const path of sources) hash.update(path).update(readFileSync(join(directory, path)));
  const xdg = process.env['XDG_CACHE_HOME'];
  const root = xdg === undefined || xdg === '' ? join(homedir(), '.cache') : xdg;
  const key = `${family.name}-${versionOf(family)}-${hash.digest('hex').slice(0, 12)}`;
  return join(root, 'meshscrape', key);
}
