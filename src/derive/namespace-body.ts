/** The keys of a namespace's body, a sentence each: those at the top of a file, which is the body of the host's. */
export const bodyDocs = {
  links: 'The links of the namespace, by name.',
} as const;

/** What stands at the top of a file beside the body of the host's namespace. */
export const topDocs = {
  namespaces: 'Namespaces by name: in each the body of the host’s again, or nothing.',
  daemon: 'How vnetd itself works; in one file only.',
} as const;

/** How links are named across namespaces, a sentence each. */
export const references = [
  '`eth0` is a link of the same namespace, `ns1/eth0` one of ns1, `/eth0` one of the host’s.',
  'A master is in its member’s own namespace.',
] as const;
