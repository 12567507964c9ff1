// Why a whole file is refused while it is parsed: thrown from deep inside, caught by parse().
import type { FileRefusalCode } from '../result.ts';

export class ParseRefusal extends Error {
  readonly at: number;
  readonly code: FileRefusalCode;
  readonly fix: string;

  constructor(code: FileRefusalCode, at: number, text: { readonly message: string; readonly fix: string }) {
    super(text.message);
    this.code = code;
    this.at = at;
    this.fix = text.fix;
  }
}
