// The label by which a namespace enforces a profile of Pod Security.
export const POD_SECURITY_ENFORCE = 'pod-security.kubernetes.io/enforce';
