// Which of the names that there are somebody may have meant, so that a message names these first.

/** Names are compared by so many characters, and so many of them at most: a message is not worth more time. */
const COMPARED_CHARACTERS = 64;
const COMPARED_NAMES = 500;
const NAMES_SHOWN = 3;

/** Nearest first: those that hold the word or are part of it, then those with the fewest typing errors. */
export function nearestNames(word: string, names: readonly string[]): readonly string[] {
  return names
    .toSorted()
    .slice(0, COMPARED_NAMES)
    .map((name) => ({ name, distance: distanceOf(word, name) }))
    .toSorted((a, b) => a.distance - b.distance)
    .map(({ name }) => name);
}

/** `prometheus, prometheus-eu, thanos and 4 more`, nearest first; `none` where there are none. */
export function nearestText(word: string, names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const shown = nearestNames(word, names).slice(0, NAMES_SHOWN).join(', ');
  return names.length <= NAMES_SHOWN ? shown : `${shown} and ${names.length - NAMES_SHOWN} more`;
}

function distanceOf(word: string, name: string): number {
  const isPart = name.includes(word) || word.includes(name);
  return isPart ? 0 : typingErrors(word, name);
}

/** How many characters have to be added, taken out or changed to make one of the other. */
export function typingErrors(one: string, other: string): number {
  const a = one.slice(0, COMPARED_CHARACTERS);
  const b = other.slice(0, COMPARED_CHARACTERS);
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [index, character] of Array.from(a).entries()) {
    const next = [index + 1];
    for (let column = 1; column <= b.length; column += 1) {
      const changed = (row[column - 1] ?? 0) + (b[column - 1] === character ? 0 : 1);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
