export { FakeConfig, type FakeConfigOptions, type FakeData, fakeConfig } from './fake-config.js';
export { Faults } from './faulty-store.js';
