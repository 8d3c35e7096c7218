import { parentPort, workerData } from 'node:worker_threads';
import { type DataKeys, toPlainCommit } from '@cfg/core/store';
import type { WriterSettings } from './options.js';
import { type Reply, type Request, toPlainFault } from './writer-messages.js';
import { WritingFile } from './writing-file.js';

// The thread that writes: it waits for the disk, so that the thread of the event loop does not.

const port = parentPort;
if (port === null) throw new TypeError('this file is the entry of a thread');

let file: WritingFile | undefined;

function answer(request: Request): Reply {
  try {
    if (request.do === 'close') {
      file?.close();
      return { done: true };
    }
    const { keys, ...settings } = workerData as WriterSettings & { keys: DataKeys };
    file ??= new WritingFile(settings, keys);
    switch (request.do) {
      case 'load':
        file.load(request.keys);
        return { done: true };
      case 'open':
        return { done: true };
      case 'commit': {
        const commit = toPlainCommit(file.commit(request.operations, request.nowMs), request.operations);
        return { done: true, commit, compaction: file.compaction };
      }
      case 'upkeep':
        return { done: true, more: file.upkeep(request.nowMs), compaction: file.compaction };
      case 'probe':
        file.probe();
        return { done: true };
    }
  } catch (error) {
    return { done: false, fault: toPlainFault(error) };
  }
}

port.on('message', (request: Request) => port.postMessage(answer(request)));
