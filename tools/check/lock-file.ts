/** The lock file fixes what is installed on every platform: each package has a hash, also those that are not for this machine. */
import type { Finding, Project } from './finding.ts';
import { lineAt } from './source.ts';

/** What a package's entry says. */
interface LockEntry {
  readonly integrity?: string;
  readonly link?: boolean;
}

/** Checks every entry of package-lock.json but the project's own. */
export function checkLockFile(project: Project): Finding[] {
  const path = 'package-lock.json';
  const text = project.documents.get(path);
  if (text === undefined) return [];
  const packages: Record<string, LockEntry> = JSON.parse(text).packages ?? {};
  return Object.entries(packages)
    .filter(([name, { integrity, link }]) => name !== '' && link !== true && !integrity)
    .map(([name]) => ({
      path,
      line: lineAt(text, text.indexOf(`"${name}"`)),
      message: `${name} has no integrity; remove its entry and run npm install --package-lock-only`,
    }));
}
