import { wholeOf } from '../model/address.ts';
import type { Step } from '../model/step.ts';
import { insert, mutate, putIn, rowIs, setKeys, takeOut, update, type WireRow } from '../ovsdb/operations.ts';
import { numberAt, pairsAt, type Row } from '../ovsdb/row.ts';
import { isMap, isSet, mapOf, namedRef, rowRef, setOf, type WireDatum } from '../ovsdb/values.ts';
import { fieldsOf, partKinds } from '../reconcilers/index.ts';
import { CARRIED } from '../reconcilers/ovs-columns.ts';
import { type ColumnWriter, isAboutOthers, type Paper, placeOf } from './ovsdb-columns.ts';

type AttachStep = Extract<Step, { readonly do: 'attach' }>;

/** Why it cannot be asked for; undefined when it is written. */
type Hindrance = string | undefined;

/** OpenFlow’s own port numbers begin here (OFPP_MAX). */
const RESERVED = 0xff00;

/** Has Open vSwitch let go of a link, or take it in again. */
export function attach(paper: Paper, columns: ColumnWriter, step: AttachStep): Hindrance {
  return wholeOf(step.id) === undefined
    ? attachOwnPort(paper, columns, step)
    : attachInterface(paper, columns, step);
}

/**
 * Of another type its link is let go, and the rows stay with all that others have in them. Its number goes over by
 * being asked for: flows name it.
 */
function attachInterface(
  paper: Paper,
  columns: ColumnWriter,
  { link, phase, kind, fields }: AttachStep,
): Hindrance {
  const face = paper.switches.interface(link);
  if (face === undefined) return `there is no interface ${link}`;
  const { uuid, row } = face;
  const isAsked = numberAt(row, 'ofport_request') !== undefined;
  const carried = String(pairsAt(row, 'external_ids').get(CARRIED) ?? '');
  // The kernel is quicker to tell that a link left than the database is to tell that its rows were deleted.
  paper.expect({ is: 'there', table: 'Interface', uuid });
  const write = (set: WireRow) => paper.push(update('Interface', rowIs(uuid), set));
  switch (phase) {
    case 'let go': {
      const number = isAsked ? undefined : numberAt(row, 'ofport');
      const carries = number !== undefined && number > 0 && number < RESERVED;
      write({ type: 'patch', ...(carries && { ofport_request: number }) });
      const mark = setKeys('external_ids', { [CARRIED]: carries ? String(number) : 'none' });
      paper.push(mutate('Interface', rowIs(uuid), ...mark));
      return undefined;
    }
    case 'take in':
      write({ type: columns.datum(placeOf(kind, 'type'), fields.type ?? '', row) });
      return undefined;
    case 'settle':
      if (isAsked && carried !== 'none' && fields.ofport_request === undefined)
        write({ ofport_request: setOf([]) });
      paper.push(mutate('Interface', rowIs(uuid), takeOut('external_ids', CARRIED)));
      return undefined;
    default:
      return phase satisfies never;
  }
}

/** The port of a bridge's own name is of one type whatever its row says (iface_get_type in vswitchd/bridge.c): it is taken out, and one like it put in. */
function attachOwnPort(
  paper: Paper,
  columns: ColumnWriter,
  { link: name, phase, kind, fields }: AttachStep,
): Hindrance {
  const bridge = paper.switches.bridge(name);
  if (bridge === undefined) return `there is no bridge ${name}`;
  paper.expect({ is: 'there', table: 'Bridge', uuid: bridge.uuid });
  const port = paper.switches.port(name);
  if (phase === 'let go') {
    if (port !== undefined)
      paper.push(mutate('Bridge', rowIs(bridge.uuid), takeOut('ports', rowRef(port.uuid))));
    return undefined;
  }
  const [own, face] = [paper.nextName('port'), paper.nextName('interface')];
  const { Interface } = columns.ofNewRows(kind, fields);
  const had = (table: 'Port' | 'Interface') => keptOf(table, paper.switches.ownRow(table, name));
  paper.push(
    insert('Interface', { ...had('Interface'), ...Interface, name, type: 'internal' }, face),
    insert('Port', { ...had('Port'), name, interfaces: setOf([namedRef(face)]) }, own),
    mutate('Bridge', rowIs(bridge.uuid), putIn('ports', namedRef(own))),
  );
  return undefined;
}

/** What anybody may have written into the rows of a bridge’s own port, of what is followed: all that ports have fields for. */
function keptOf(table: 'Port' | 'Interface', row: Row | undefined): WireRow {
  const places = partKinds.flatMap((kind) => Object.values(fieldsOf(kind.name)).map(({ place }) => place));
  const columns = places.flatMap((place) =>
    place.at === 'ovsdb' && place.table === table && !isAboutOthers(place) ? [place.column] : [],
  );
  const kept: Record<string, WireDatum> = {};
  for (const column of new Set([...columns, 'external_ids'])) {
    const datum = row?.[column];
    if (datum === undefined || datum === null) continue;
    kept[column] = isMap(datum) ? mapOf(datum) : isSet(datum) ? setOf(datum) : datum;
  }
  return kept;
}
