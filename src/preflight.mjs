// Refuses any Node but the one that the project is built for, before anything else is loaded.
// Plain old JavaScript, because it must run on whatever Node there is.
var REQUIRED = 24;
var found = process.versions.node;

if (Number(found.split('.')[0]) !== REQUIRED) {
  process.stderr.write(
    [
      'meshscrape needs Node ' + REQUIRED + ', but this is Node ' + found + ' (' + process.execPath + ').',
      '',
      'Why: the source runs without a build step by type stripping, and the Kubernetes client needs Node 22.19 or later;',
      'one version for everybody means that what was tested is what runs.',
      '',
      'To fix it:',
      '  - on Linux x64 and arm64, `npm ci` brings Node ' +
        REQUIRED +
        ' as an optional dependency, and npm scripts use it:',
      '    run `npm ci` again, without --omit=optional, and start things as `npm run ...`, not by `node ...`;',
      '  - elsewhere (' +
        process.platform +
        ' ' +
        process.arch +
        '?) install Node ' +
        REQUIRED +
        ' from nodejs.org or by a version manager.',
      '',
    ].join('\n'),
  );
  process.exit(1);
}
