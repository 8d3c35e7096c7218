export { Policy } from './wasm/policy.js';
