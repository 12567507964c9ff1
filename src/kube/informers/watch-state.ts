// Whether a watched resource can be read now.

export type WatchState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'synced' }
  /** 404: the CRD is not installed; tried again, at most 30 s apart. */
  | { readonly kind: 'absent' }
  /** 403: `message` is the API server's sentence. */
  | { readonly kind: 'unreadable'; readonly message: string };
