// What the controller may do, what it may do where the optional components are used, and what users of the API may do.
import { loadAll } from 'js-yaml';
import { PERMISSIONS } from '../../src/api/permissions.ts';
import type { Blocks } from './blocks.ts';
import { code, codes, plain, table } from './markdown.ts';

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

interface RoleTexts {
  /** Of deploy/components/read-legacy-secrets. */
  readonly secretsRole: string;
  /** Of deploy/components/dry-run-pods. */
  readonly podsRole: string;
  /** Of deploy/controller. */
  readonly userRoles: string;
}

/** What the roles of deploy/ grant. */
export function permissionBlocks({ secretsRole, podsRole, userRoles }: RoleTexts): Blocks {
  const controller = PERMISSIONS.map(({ group, resources, verbs, why }) => [
    groupOf(group),
    codes(resources),
    verbs.join(', '),
    plain(why),
  ]);
  return {
    'controller-permissions': table(['API group', 'Resources', 'Verbs', 'What for'], controller),
    'optional-permissions': rolesTable(secretsRole),
    'optional-dry-run': rolesTable(podsRole),
    'user-permissions': rolesTable(userRoles),
  };
}

function rolesTable(yaml: string): string {
  const rows = (loadAll(yaml) as readonly Role[]).flatMap(({ kind, metadata, rules }) =>
    rules.map(({ apiGroups, resources, resourceNames, verbs }) => [
      `${kind} ${code(metadata.name)}`,
      apiGroups.map(groupOf).join(', '),
      `${codes(resources)}${resourceNames === undefined ? '' : ` named ${codes(resourceNames)}`}`,
      verbs.join(', '),
    ]),
  );
  return table(['Role', 'API group', 'Resources', 'Verbs'], rows);
}

function groupOf(group: string): string {
  return group === '' ? 'core' : code(group);
}
