import { doorLimits, storeConformance, watchProperty } from '@cfg/core/conformance';
import { openHttpStore } from './test/http-store.js';

const open = () => openHttpStore('remote');

storeConformance('HTTP, gateway remote', open, { without: doorLimits.http });
watchProperty('HTTP, gateway remote', open, { runs: 50 });
