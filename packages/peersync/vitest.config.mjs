import { defineConfig, mergeConfig } from 'vitest/config';
import shared from '../../vitest.shared.mjs';

// Thousands of simulated clusters, and real ones that have to notice who is gone: minutes on a busy machine.
export default mergeConfig(shared, defineConfig({ test: { testTimeout: 900_000 } }));
