// Reasons that say how many of the jobs are done, and why none can be chosen: part of REASONS.

export const JOB_REASONS = {
  SucceededInPart: {
    meaning: 'Every chosen job is done; spec.config.jobs leaves out jobs that need certificates too.',
    fix: 'Nothing, if that is what you want; the findings name the rest.',
  },
  WiredOnly: {
    meaning: 'The workload is wired; spec.manage.config leaves prometheus.yaml to you.',
    fix: 'Let the jobs read the files at spec.certificates.mountPath.',
  },
  JobsNotFound: {
    meaning: 'A pattern of spec.config.jobs matches no job; nothing is written to the ConfigMap.',
    fix: 'Correct the pattern: * is any run, ? one character, all else is literal; the message names the jobs.',
  },
  NoJobs: {
    meaning: "No job reads Istio's files, or spec.config.jobs leaves out all that do; nothing is written.",
    fix: 'Name a job in spec.config.jobs, let one read the mount path, or set spec.manage.config to Ignore.',
  },
  IncludedFilesNotSeen: {
    meaning:
      'scrape_config_files may match files that are not keys of the ConfigMap: their jobs cannot be seen. A reason where no other job is chosen.',
    fix: 'Move these jobs into the ConfigMap, or change their paths yourself and set spec.manage.config to Ignore.',
  },
} as const;
