// A pod's mount namespace and, in it, one root per container: the program, the pod's volumes at their real paths,
// /proc and /dev, and nothing else of this machine. No image, no other namespace: pods share network and processes.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { ProcessGroup, RunningProgram } from '../control-plane/process-group.ts';

/** This machine lets us make no mount namespaces. */
export class MountNamespacesUnavailable extends Error {
  readonly code = 'MOUNT_NAMESPACES_UNAVAILABLE';
  constructor(cause: unknown) {
    super(
      'the mesh of the test bed runs pods in mount namespaces of their own, and `unshare --mount` is refused here: ' +
        'run it as root on Linux with util-linux, and in a container with CAP_SYS_ADMIN (docker run --privileged). ' +
        'Paths are not rewritten instead: nothing would then be at the path that prometheus.yaml names',
      { cause },
    );
    this.name = 'MountNamespacesUnavailable';
  }
}

/** Throws MountNamespacesUnavailable unless a mount can be made and a root be changed here. */
export function checkMountNamespaces(): void {
  const probe =
    'mount -t tmpfs tmpfs /tmp && mkdir /tmp/r && command -v nsenter && unshare --help | grep -q -- --wd';
  try {
    execFileSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-euc', probe], { stdio: 'pipe' });
  } catch (error) {
    throw new MountNamespacesUnavailable(error);
  }
}

export interface Mount {
  /** A directory or file of this machine. */
  readonly source: string;
  readonly path: string;
  readonly readOnly: boolean;
}

export interface ContainerProcess {
  readonly name: string;
  /** The program on this machine; it must be static. */
  readonly file: string;
  /** Where it is in the container. */
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly user: number;
  readonly group: number;
  readonly readOnlyRoot: boolean;
  readonly mounts: readonly Mount[];
  /** Small files of the root, such as /etc/hosts. */
  readonly files: Readonly<Record<string, string>>;
}

export interface SandboxOptions {
  readonly processes: ProcessGroup;
  /** Unique among the pods of the run; names logs. */
  readonly name: string;
  readonly directory: string;
  /** Directories to be memory, such as emptyDir volumes of that medium. */
  readonly memory: readonly string[];
}

/** Holds the pod's mounts as long as it lives, as the pause container of a real pod does. */
export class Sandbox {
  readonly #options: SandboxOptions;
  readonly #pause: RunningProgram;
  #scripts = 0;

  constructor(options: SandboxOptions, pause: RunningProgram) {
    this.#options = options;
    this.#pause = pause;
  }

  /** Starts one container. Its process is the program itself, so that signals and the exit code are the program's. */
  async start(container: ContainerProcess): Promise<RunningProgram> {
    const { directory, processes, name } = this.#options;
    const root = join(directory, 'roots', container.name);
    await mkdir(root, { recursive: true });
    this.#scripts += 1;
    const script = join(directory, `${container.name}-${this.#scripts}.sh`);
    await writeFile(script, containerScript(root, container), { mode: 0o700 });
    const target = String(this.#pause.pid);
    return processes.start({
      name: `${name}_${container.name}`,
      file: 'nsenter',
      args: ['--mount', '--target', target, 'unshare', '--mount', '--propagation', 'private', 'sh', script],
    });
  }

  async stop(): Promise<void> {
    await this.#pause.stop('SIGKILL');
  }
}

/** Starts a sandbox and waits until its memory volumes exist. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { processes, name, directory, memory } = options;
  const ready = join(directory, 'ready');
  await mkdir(directory, { recursive: true });
  const mounts = memory.map((path) => `mkdir -p ${q(path)}\nmount -t tmpfs -o mode=0777 tmpfs ${q(path)}`);
  const script = ['set -eu', ...mounts, `: > ${q(ready)}`, 'exec sleep infinity'].join('\n');
  const pause = await processes.start({
    name: `${name}_pause`,
    file: 'unshare',
    args: ['--mount', '--propagation', 'private', 'sh', '-c', script],
  });
  const ended = new AbortController();
  void pause.exited.then(() => {
    ended.abort();
  });
  while (!existsSync(ready)) {
    if (ended.signal.aborted)
      throw new Error(`the sandbox of ${name} could not be made:\n${pause.logTail()}`);
    await delay(5);
  }
  return new Sandbox(options, pause);
}

function containerScript(root: string, container: ContainerProcess): string {
  const { mounts, files, file, path, env, user, group } = container;
  const inside = (inner: string): string => q(join(root, inner));
  // Parents first, so that a mount inside of another is not hidden by it.
  const ordered = [...mounts].sort((a, b) => depth(a.path) - depth(b.path));
  const bind = (source: string, inner: string): string[] => [
    `if [ -d ${q(source)} ]`,
    `then mkdir -p ${inside(inner)}`,
    `else mkdir -p ${inside(dirname(inner))}; [ -e ${inside(inner)} ] || : > ${inside(inner)}; fi`,
    `mount --bind ${q(source)} ${inside(inner)}`,
  ];
  const variables = Object.entries(env).map(([name, value]) => q(`${name}=${value}`));
  return [
    'set -eu',
    `mount -t tmpfs -o mode=0755 tmpfs ${q(root)}`,
    `mkdir -p ${['proc', 'dev', 'tmp', 'etc', 'var', 'usr'].map(inside).join(' ')}`,
    `chmod 1777 ${inside('tmp')}`,
    `mount --rbind /proc ${inside('proc')}`,
    `mount --rbind /dev ${inside('dev')}`,
    ...Object.entries(files).flatMap(([name, text]) => [
      `mkdir -p ${inside(dirname(name))}`,
      `printf '%s' ${q(text)} > ${inside(name)}`,
    ]),
    ...bind(file, path),
    `if [ ! -d ${inside(container.workingDirectory)} ]; then mkdir -p ${inside(container.workingDirectory)}; ` +
      `chown ${user}:${group} ${inside(container.workingDirectory)}; fi`,
    ...ordered.flatMap(({ source, path: inner }) => bind(source, inner)),
    // Only now: the mounts above make their own mount points.
    ...[...ordered]
      .filter(({ readOnly }) => readOnly)
      .map(({ path: inner }) => `mount -o remount,bind,ro ${inside(inner)}`),
    ...(container.readOnlyRoot ? [`mount -o remount,bind,ro ${q(root)}`] : []),
    `exec env -i ${variables.join(' ')} unshare --root=${q(root)} --wd=${q(container.workingDirectory)} ` +
      `--setgid=${group} --setuid=${user} ${[path, ...container.args].map(q).join(' ')}`,
    '',
  ].join('\n');
}

function depth(path: string): number {
  return posix.normalize(path).split('/').filter(Boolean).length;
}

/** A word for sh. */
function q(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
