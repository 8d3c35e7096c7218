import { doorLimits, storeConformance, watchProperty } from '@cfg/core/conformance';
import { openHttpStore } from './test/http-store.js';

const open = () => openHttpStore('in process');

storeConformance('HTTP, gateway in process', open, { without: doorLimits.http });
watchProperty('HTTP, gateway in process', open, { runs: 50 });
