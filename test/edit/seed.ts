/** The seed of every property test of the editors. Another one: FC_SEED=1 npx vitest run test/edit */
export const SEED = Number(process.env['FC_SEED'] ?? 20_261_124);
