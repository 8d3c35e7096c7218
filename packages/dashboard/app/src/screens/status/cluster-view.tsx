import { useState } from 'react';
import { type Cluster, type ClusterNamespace, claim, unclaim } from '../../api/status.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { keysPlace } from '../../state/place.ts';
import { queries } from '../../state/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Badge, Field } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Link } from '../../ui/link.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { toast } from '../../ui/toasts.tsx';

/** The nodes, and who owns which namespace. */
export function ClusterView({ cluster }: { cluster: Cluster }) {
  const t = useTranslate();
  const [claimed, setClaimed] = useState<ClusterNamespace | undefined>();
  const alive = (id: string): boolean =>
    cluster.members.some((each) => each.id === id && each.presence.endsWith('_ALIVE'));
  const release = (namespace: string): void => {
    unclaim(namespace).then(
      () => void queries.invalidateQueries({ queryKey: ['cluster'] }),
      (error: Error) => toast({ text: error.message, look: 'bad' }),
    );
  };
  return (
    <>
      <section className="stack">
        <h2>{t('clusterMembers')}</h2>
        <div className="scroll-x">
          <table className="table status-nodes">
            <thead>
              <tr>
                <th scope="col">{t('clusterNode')}</th>
                <th scope="col">{t('clusterAddress')}</th>
                <th scope="col">{t('clusterPresence')}</th>
                <th scope="col">{t('clusterRing')}</th>
              </tr>
            </thead>
            <tbody>
              {cluster.members.map(({ id, address, presence, inRing, ours }) => (
                <tr key={id}>
                  <th scope="row">
                    {id} {id === cluster.self && <Badge look="accent">{t('clusterSelf')}</Badge>}
                    {!ours && <Badge>{t('clusterForeign')}</Badge>}
                  </th>
                  <td className="mono">{address}</td>
                  <td>
                    <Badge look={presence.endsWith('_ALIVE') ? 'good' : 'warn'}>
                      {presence.replace('PRESENCE_', '').toLowerCase()}
                    </Badge>
                  </td>
                  <td>{t(inRing ? 'clusterIn' : 'clusterOut')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <section className="stack">
        <h2>{t('clusterNamespaces')}</h2>
        {cluster.incomplete !== '' && <Note look="warn">{t('clusterIncomplete', { why: cluster.incomplete })}</Note>}
        <div className="scroll-x">
          <table className="table status-owners">
            <thead>
              <tr>
                <th scope="col">{t('clusterNamespace')}</th>
                <th scope="col">{t('clusterOwner')}</th>
                <th scope="col">
                  <span className="hidden">{t('clusterClaim')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {cluster.namespaces.map((each) => (
                <tr key={each.namespace}>
                  <th scope="row">
                    <Link to={keysPlace(each.namespace)}>{each.namespace}</Link>
                  </th>
                  <td>
                    {each.owner} {each.claimedBy !== '' && <Badge look="accent">{t('clusterClaimed')}</Badge>}
                    {!alive(each.owner) && <Badge look="bad">{t('clusterReadOnly')}</Badge>}
                  </td>
                  <td className="row">
                    {each.canClaim && <Button onClick={() => setClaimed(each)}>{t('clusterClaim')}</Button>}
                    {each.canClaim && each.claimedBy !== '' && (
                      <Button look="quiet" onClick={() => release(each.namespace)}>
                        {t('clusterUnclaim')}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      {claimed && <ClaimDialog cluster={cluster} claimed={claimed} onClose={() => setClaimed(undefined)} />}
    </>
  );
}

function ClaimDialog({
  cluster,
  claimed: { namespace, owner },
  onClose,
}: {
  cluster: Cluster;
  claimed: ClusterNamespace;
  onClose: () => void;
}) {
  const t = useTranslate();
  const nodes = cluster.members.filter(({ presence, inRing }) => inRing && presence.endsWith('_ALIVE'));
  const [node, setNode] = useState(nodes.find(({ id }) => id !== owner)?.id ?? cluster.self);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async (): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    try {
      await claim(namespace, node);
      void queries.invalidateQueries({ queryKey: ['cluster'] });
      toast({ text: t('clusterMoved', { namespace, node }), look: 'good' });
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('clusterClaimTitle', { namespace })}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" disabled={isBusy}>
            {t(isBusy ? 'clusterMoving' : 'clusterClaim')}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>{t('clusterClaimText', { owner })}</p>
        <Field label={t('clusterNode')}>
          {(control) => (
            <select {...control} value={node} onChange={(event) => setNode(event.target.value)}>
              {nodes.map(({ id }) => (
                <option key={id}>{id}</option>
              ))}
            </select>
          )}
        </Field>
        {error !== undefined && <ErrorNote error={error} />}
      </div>
    </Dialog>
  );
}
