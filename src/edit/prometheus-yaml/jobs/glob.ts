// The globs of `config.jobs`: the same few signs as a shell's, for names that are not paths.

/** Whether a glob matches a name whole: `*` is any run, `?` one character, all else literal. Never backtracks twice. */
export function matchesGlob(glob: string, name: string): boolean {
  const wild = glob.search(/[*?]/);
  if (wild < 0) return glob === name;
  if (!name.startsWith(glob.slice(0, wild))) return false;
  const pattern = Array.from(glob);
  const text = Array.from(name);
  let at = 0;
  let star = -1;
  let retry = 0;
  for (let index = 0; index < text.length;) {
    if (pattern[at] === '*') {
      star = at;
      at += 1;
      retry = index;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[index])) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      retry += 1;
      index = retry;
    } else return false;
  }
  return pattern.slice(at).every((part) => part === '*');
}
