import type { TestProject } from 'vitest/node';
import { Cluster } from './cluster.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the PostgreSQL server that the test files share. */
    postgresUrl: string;
  }
}

/** Starts one PostgreSQL server for all test files; each store has tables of its own in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await Cluster.start({ settings: ['max_connections=200'] });
  project.provide('postgresUrl', cluster.url);
  return () => cluster[Symbol.asyncDispose]();
}
