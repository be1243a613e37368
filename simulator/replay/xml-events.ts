/** The streaming XML parser as one function, for files that do not fit into a tree. */

import { SaxesParser } from 'saxes';
import { textChunks } from './file-text.ts';

export interface XmlEvents {
  /** `name` without its namespace prefix. */
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  /** `text` is the character data since the last tag. */
  close(name: string, text: string): void;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** Feeds the whole file; false when it is not well-formed to its end, which a cut file never is. */
export function parseXml(bytes: Uint8Array, events: XmlEvents): boolean {
  const parser = new SaxesParser();
  let wellFormed = true;
  let text = '';
  parser.on('error', () => {
    wellFormed = false;
  });
  parser.on('opentag', (tag) => {
    text = '';
    events.open(localName(tag.name), tag.attributes);
  });
  parser.on('text', (part) => {
    text += part;
  });
  parser.on('cdata', (part) => {
    text += part;
  });
  parser.on('closetag', (tag) => {
    events.close(localName(tag.name), text);
    text = '';
  });
  for (const chunk of textChunks(bytes)) {
    parser.write(chunk);
    if (!wellFormed) return false;
  }
  parser.close();
  return wellFormed;
}
