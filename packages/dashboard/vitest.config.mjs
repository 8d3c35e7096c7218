import { mergeConfig } from 'vitest/config';
import shared from '../../vitest.shared.mjs';

// Two browsers at a time are as many as two cores carry; what a page is to show may take long on a busy machine.
export default mergeConfig(shared, { test: { maxWorkers: 2, expect: { poll: { timeout: 40_000 } } } });
