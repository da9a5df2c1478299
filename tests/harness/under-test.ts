/** A cluster of the library as the harness sees one. */
import type { ClusterUnderTest } from '../../src/harness/cluster-under-test.js';
import type { Cluster } from '../../src/index.js';

export async function underTest(cluster: Cluster): Promise<ClusterUnderTest> {
  const { nodes } = await cluster.status();
  return {
    label: 'a cluster of its own',
    nodes: nodes.map(({ host, port }) => ({ host, port })),
    swap: 'ifeq',
    access: {},
    controls: {
      execute: async line => {
        const { kind, text } = await cluster.execute(line, 'script');
        return { ok: kind === 'done', text };
      },
      status: () => cluster.status(),
    },
  };
}
