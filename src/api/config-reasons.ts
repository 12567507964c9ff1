// Reasons of prometheus.yaml and its jobs: a part of REASONS.

export const CONFIG_REASONS = {
  ConfigMapNotResolved: {
    meaning: 'The way from --config.file to a ConfigMap key is not clear.',
    fix: 'Set spec.config.configMap.',
  },
  ConfigMapNotFound: {
    meaning: 'The ConfigMap does not exist.',
    fix: 'Correct the field that the message names, or create it; it is picked up when it appears.',
  },
  ConfigMapKeyNotFound: {
    meaning: 'The ConfigMap has no such key.',
    fix: 'Set spec.config.configMap.key, or correct --config.file or the mount.',
  },
  ConfigMapImmutable: {
    meaning: 'The ConfigMap is immutable.',
    fix: 'Make a new one that is not, and mount it.',
  },
  KeyInBinaryData: { meaning: 'The key is in binaryData.', fix: 'Move it to data.' },
  RecordTooLarge: {
    meaning:
      'The object has no room for the record of what it holds now, without which nothing could be undone.',
    fix: 'Make room among its annotations: the message names the largest.',
  },
  ConfigUnparsable: {
    meaning: 'prometheus.yaml cannot be edited without guessing; it is left as it is.',
    fix: 'The message names line, column and fix.',
  },
  JobsNotFound: {
    meaning: 'A pattern of spec.config.jobs matches no job; nothing is written to the ConfigMap.',
    fix: 'Correct the pattern: * is any run, ? one character, all else is literal; the message names the jobs.',
  },
  NoJobs: {
    meaning: "No job reads Istio's files, or spec.config.jobs leaves out all that do; nothing is written.",
    fix: 'Name a job in spec.config.jobs, set spec.manage.config to Ignore, or let one read the mount path.',
  },
  IncludedFilesNotSeen: {
    meaning:
      'scrape_config_files may match files that are not keys of the ConfigMap: their jobs cannot be seen. A reason where no other job is chosen.',
    fix: 'Move these jobs into the ConfigMap, or change their paths yourself and set spec.manage.config to Ignore.',
  },
  JobsRefused: {
    meaning: 'Some chosen jobs cannot be edited without guessing; the others are done.',
    fix: 'See status.config.skippedJobs and the message.',
  },
  SucceededInPart: {
    meaning: 'Every chosen job is done; spec.config.jobs leaves out jobs that need certificates too.',
    fix: 'Nothing, if that is what you want; the findings name the rest.',
  },
  WiredOnly: {
    meaning: 'The workload is wired; spec.manage.config leaves prometheus.yaml to you.',
    fix: 'Let the jobs read the files at spec.certificates.mountPath.',
  },
} as const;
