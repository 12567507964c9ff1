// The flags of `meshscrape controller`, each with its variable, its default and what it accepts.
import { SETTINGS } from '../../src/settings.ts';
import { code, plain, table } from './markdown.ts';

export function settingsBlock(): string {
  const rows = Object.values(SETTINGS).map(({ flag, variable, fallback, accepted, meaning }) => [
    code(`--${flag}`),
    variable === undefined ? '' : code(variable),
    fallback === undefined ? '' : code(fallback),
    plain(accepted),
    plain(meaning),
  ]);
  return table(['Flag', 'Variable', 'Default', 'Accepts', 'Meaning'], rows);
}
