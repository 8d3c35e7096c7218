import { mergeConfig } from 'vitest/config';
import shared from '../../vitest.shared.mjs';

// Two browsers at a time are as many as two cores carry.
export default mergeConfig(shared, { test: { maxWorkers: 2 } });
