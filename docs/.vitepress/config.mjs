import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { pageOf } from '../build/packages.mjs';

const packages = fileURLToPath(new URL('../packages', import.meta.url));
const names = existsSync(packages) ? readdirSync(packages).map((file) => file.replace('.md', '')) : [];
const page = (text, link) => ({ text, link });

export default defineConfig({
  title: 'cfg',
  description: 'A configuration server for TypeScript teams',
  base: process.env.DOCS_BASE ?? '/',
  cleanUrls: true,
  srcExclude: ['README.md'],
  lastUpdated: false,
  // A link that leads nowhere fails the build.
  ignoreDeadLinks: [/^https?:\/\/(localhost|127\.0\.0\.1)/],
  // Pages of docs/ link to files of the repository as one reads them there.
  markdown: {
    config(md) {
      md.core.ruler.push('repository-links', ({ tokens, env }) => {
        if (env.relativePath?.includes('/') !== false) return;
        for (const link of tokens
          .flatMap(({ children }) => children ?? [])
          .filter(({ type }) => type === 'link_open')) {
          const target = link.attrGet('href');
          if (target.startsWith('../')) link.attrSet('href', pageOf(target.slice(3)).replace(/^\.\.\//, './'));
        }
      });
    },
  },
  // The API's pages have headings in the thousands: kept out of the index, which a browser loads whole.
  themeConfig: {
    search: {
      provider: 'local',
      options: { _render: (text, env, md) => (env.relativePath.startsWith('api/') ? '' : md.render(text, env)) },
    },
    outline: [2, 3],
    nav: [
      page('Start', '/getting-started'),
      page('Packages', '/packages/client'),
      page('API', '/api/'),
      page('HTTP', '/reference/http'),
    ],
    sidebar: [
      { text: 'Start', items: [page('In five minutes', '/getting-started'), page('Concepts', '/concepts')] },
      {
        text: 'Guides',
        items: [
          page('App developer', '/guides/app-developer'),
          page('Platform engineer', '/guides/platform-engineer'),
          page('Operator', '/guides/operator'),
          page('Security engineer', '/guides/security-engineer'),
        ],
      },
      {
        text: 'Coming from',
        items: [
          page('The Go original', '/migration/go'),
          page('Consul', '/migration/consul'),
          page('etcd', '/migration/etcd'),
          page('Apollo, Nacos, Spring', '/migration/apollo-nacos-spring'),
          page('Compared', '/comparison'),
        ],
      },
      {
        text: 'Reference',
        items: [
          page('Architecture', '/architecture'),
          page('Protocol', '/protocol'),
          page('Writing a store', '/stores'),
          page('HTTP API', '/reference/http'),
          page('API of the packages', '/api/'),
        ],
      },
      { text: 'Packages', collapsed: true, items: names.map((name) => page(`@cfg/${name}`, `/packages/${name}`)) },
    ],
  },
});
