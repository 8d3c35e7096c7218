import shared from '../../vitest.shared.mjs';

export default { ...shared, test: { ...shared.test, globalSetup: ['src/test/global-setup.ts'] } };
