// The shapes that a setting's text may have: whole numbers, durations, ADDRESS:PORT. Anything else is `undefined`.

export type ParsedSetting<T> = { readonly value: T } | undefined;

export function parseWhole(
  text: string,
  range: { readonly least: number; readonly most: number },
): ParsedSetting<number> {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  return value >= range.least && value <= range.most ? { value } : undefined;
}

/** Milliseconds of a text as the custom resource's `interval` has it: `1h30m`, `10m`, `90s`. */
export function parseDuration(text: string, mostMs: number): ParsedSetting<number> {
  const match = /^(?:(\d{1,2})h)?(?:(\d{1,4})m)?(?:(\d{1,5})s)?$/.exec(text);
  if (match === null || text === '') return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  const value = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return value <= mostMs ? { value } : undefined;
}

/** `0.0.0.0:8080`, `localhost:0`, `[::1]:8080`. */
export function parseListen(
  text: string,
): ParsedSetting<{ readonly listenAddress: string; readonly port: number }> {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const listenAddress = match?.[1] ?? match?.[2];
  const port = parseWhole(match?.[3] ?? '', { least: 0, most: 65535 });
  return listenAddress === undefined || port === undefined
    ? undefined
    : { value: { listenAddress, port: port.value } };
}
