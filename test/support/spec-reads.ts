// What of spec the code that reconciles reads, found in its syntax tree by symbol, never by a search for text.
// Only src/plan and src/reconcile count, as far as reconcile.ts imports them: who only reports a value does nothing with it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../..');
const ENTRY = join(ROOT, 'src/reconcile/reconcile.ts');
const TYPES = join(ROOT, 'src/api/prometheus-istio-scrape.gen.ts');
const SPEC = 'PrometheusIstioScrapeSpec';
const ACTING = ['src/plan/', 'src/reconcile/'].map((folder) => join(ROOT, folder));

export interface SpecReads {
  /** Paths of the fields that are read, as the CRD spells them below spec: `config.reload`. */
  readonly fields: ReadonlySet<string>;
  /** By the path of a field: the values that it is compared with. */
  readonly comparedWith: ReadonlyMap<string, ReadonlySet<string>>;
  /** Every text of src in the place of a value, not of a type. */
  readonly literals: ReadonlySet<string>;
  /** Every name that an object literal of src gives a value. */
  readonly keys: ReadonlySet<string>;
}

/** Reads the program that begins with `entry`; every file of it counts that lies below a folder of `acting`. */
export function readsOfSpec(entry = ENTRY, types = TYPES, acting: readonly string[] = ACTING): SpecReads {
  const options = ts.parseJsonConfigFileContent(
    ts.parseConfigFileTextToJson('tsconfig.json', readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')).config,
    ts.sys,
    ROOT,
  ).options;
  // No types of packages: nothing of spec comes from there, and to read them takes most of the time.
  const program = ts.createProgram({ rootNames: [entry], options: { ...options, types: [] } });
  const files = program.getSourceFiles().filter(({ fileName }) => !fileName.includes('/node_modules/'));
  const typesFile = files.find(({ fileName }) => fileName === types);
  if (typesFile === undefined) throw new Error(`${entry} does not import ${types}`);
  const reader = new Reader(program.getTypeChecker(), pathsOf(typesFile));
  for (const file of files) {
    if (file === typesFile) continue;
    reader.collectLiterals(file);
    if (acting.some((folder) => file.fileName.startsWith(folder))) reader.read(file);
  }
  return reader;
}

/** The path of each property of spec, by its declaration. Each interface is one place, as the generator has it. */
function pathsOf(file: ts.SourceFile): ReadonlyMap<ts.Node, string> {
  const interfaces = new Map(
    file.statements.filter(ts.isInterfaceDeclaration).map((each) => [each.name.text, each] as const),
  );
  const paths = new Map<ts.Node, string>();
  const walk = (name: string, prefix: string): void => {
    for (const member of interfaces.get(name)?.members ?? []) {
      if (!ts.isPropertySignature(member)) continue;
      const path = `${prefix}${member.name.getText(file)}`;
      paths.set(member, path);
      if (member.type !== undefined) walk(member.type.getText(file), `${path}.`);
    }
  };
  walk(SPEC, '');
  if (paths.size === 0) throw new Error(`${file.fileName} has no interface ${SPEC}`);
  return paths;
}

class Reader implements SpecReads {
  readonly fields = new Set<string>();
  readonly comparedWith = new Map<string, Set<string>>();
  readonly literals = new Set<string>();
  readonly keys = new Set<string>();
  readonly #checker: ts.TypeChecker;
  readonly #paths: ReadonlyMap<ts.Node, string>;

  constructor(checker: ts.TypeChecker, paths: ReadonlyMap<ts.Node, string>) {
    this.#checker = checker;
    this.#paths = paths;
  }

  collectLiterals(node: ts.Node): void {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node)) this.literals.add(node.text);
    if (
      (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)) &&
      ts.isIdentifier(node.name)
    )
      this.keys.add(node.name.text);
    ts.forEachChild(node, (child) => {
      this.collectLiterals(child);
    });
  }

  read(node: ts.Node): void {
    for (const path of this.#fieldsOf(node)) this.fields.add(path);
    if (ts.isBinaryExpression(node) && isEquality(node.operatorToken.kind)) {
      this.#compare(node.left, node.right);
      this.#compare(node.right, node.left);
    }
    if (ts.isSwitchStatement(node)) {
      for (const clause of node.caseBlock.clauses)
        if (ts.isCaseClause(clause)) this.#compare(node.expression, clause.expression);
    }
    ts.forEachChild(node, (child) => {
      this.read(child);
    });
  }

  #compare(field: ts.Expression, value: ts.Expression): void {
    if (!ts.isStringLiteralLike(value)) return;
    for (const path of this.#originOf(field))
      this.comparedWith.set(path, (this.comparedWith.get(path) ?? new Set()).add(value.text));
  }

  /** The fields that an expression is the value of: read on the spot, or by way of a constant or a parameter. */
  #originOf(expression: ts.Expression): readonly string[] {
    if (!ts.isIdentifier(expression)) return this.#fieldsOf(expression);
    const declaration = this.#checker.getSymbolAtLocation(expression)?.valueDeclaration;
    if (declaration === undefined) return [];
    if (ts.isBindingElement(declaration)) return this.#fieldsOf(declaration);
    if (ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined)
      return this.#originOf(declaration.initializer);
    // A parameter has to say whose value it is: `reload: ConfigSpec['reload']`.
    const type = ts.isParameter(declaration) ? declaration.type : undefined;
    if (type === undefined || !ts.isIndexedAccessTypeNode(type)) return [];
    return this.#membersOf(type.objectType, this.#checker.getTypeAtLocation(type.indexType));
  }

  #fieldsOf(node: ts.Node): readonly string[] {
    if (ts.isPropertyAccessExpression(node))
      return this.#pathsOf(this.#checker.getSymbolAtLocation(node.name));
    if (ts.isElementAccessExpression(node))
      return this.#membersOf(node.expression, this.#checker.getTypeAtLocation(node.argumentExpression));
    if (!ts.isBindingElement(node) || !ts.isObjectBindingPattern(node.parent)) return [];
    const name = node.propertyName ?? node.name;
    if (node.dotDotDotToken !== undefined || !ts.isIdentifier(name)) return [];
    return this.#pathsOf(this.#checker.getTypeAtLocation(node.parent).getProperty(name.text));
  }

  #membersOf(object: ts.Node, key: ts.Type): readonly string[] {
    const keys = key.isUnion() ? key.types : [key];
    const type = this.#checker.getTypeAtLocation(object);
    return keys.flatMap((each) =>
      each.isStringLiteral() ? this.#pathsOf(type.getProperty(each.value)) : [],
    );
  }

  #pathsOf(symbol: ts.Symbol | undefined): readonly string[] {
    return (symbol?.declarations ?? []).flatMap((declaration) => this.#paths.get(declaration) ?? []);
  }
}

function isEquality(kind: ts.SyntaxKind): boolean {
  return (
    kind === ts.SyntaxKind.EqualsEqualsEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsEqualsToken
  );
}
