import type { SectionName } from './context.js';

type Limits = Partial<Record<SectionName, string>>;

const overService: Limits = {
  'default namespace': 'the service refuses the empty namespace',
  'page bytes': 'the service says how large a page may be',
  audit: 'the service says who writes, a client cannot: @cfg/server tests what it reads',
  author: 'the service says who writes, a client cannot',
};

/** The sections that a door cannot offer of the store behind it, each with the reason: the one list of them. */
export const doorLimits: { readonly remote: Limits; readonly http: Limits } = {
  remote: overService,
  http: overService,
};
