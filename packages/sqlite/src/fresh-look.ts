import { connect } from './database-file.js';
import { FileDamage, isMissing, reasonOf } from './fault.js';
import { HeadReader } from './head-reader.js';

/**
 * Looks at the file as somebody does who opens it now. The connections of a store remember what they have read, and do not
 * notice when the file or its write-ahead log is overwritten or cut in its place, by `cp` or by an editor, as the files'
 * identities stay what they were. Reads how far the log reaches, and one of its changes at random.
 *
 * Returns the log's newest revision. Throws {@link FileDamage} where the log is not `logId`, ends before the revision
 * `newest`, which was there, or cannot be read. What keeps it from looking, as another process that has locked the file,
 * is no damage, and thrown as it is.
 */
export function lookFresh(path: string, logId: string, newest: number): number {
  const db = connect(path, 0);
  try {
    db.exec('PRAGMA query_only = ON; BEGIN');
    const head = new HeadReader(db).read();
    if (head.logId !== logId) throw new FileDamage('its log is another one: it was overwritten');
    if (head.revision < newest) {
      throw new FileDamage(`its log ends at revision ${head.revision}, not ${newest}: it was overwritten`);
    }
    const revision = head.oldestRevision + Math.ceil(Math.random() * (head.revision - head.oldestRevision));
    const row = db.prepare('SELECT * FROM changes WHERE revision = ?').get(revision);
    if (row === undefined && revision > head.oldestRevision) {
      throw new FileDamage(`the change of revision ${revision} is missing`);
    }
    return head.revision;
  } catch (error) {
    throw isMissing(error) ? new FileDamage(reasonOf(error), error) : error;
  } finally {
    db.close();
  }
}
