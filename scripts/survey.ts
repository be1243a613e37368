/** A surveyor in the simulated town: what the gateway knows of the roads. The world never reads it back. */

import { type MapRoad, type RoadMap, roadMapOf } from '../gateway/map/road-map.ts';
import { ADVISORY_KMH, type Road, type Town, toLatLon } from '../simulator/town.ts';

export function surveyTown(town: Town): RoadMap {
  const e6 = (point: { readonly xM: number; readonly yM: number }): readonly [number, number] => {
    const { latDeg, lonDeg } = toLatLon(town, point);
    return [Math.round(latDeg * 1e6), Math.round(lonDeg * 1e6)];
  };
  const surveyRoad = (road: Road): MapRoad => ({
    id: road.id,
    name: road.name,
    class: road.roadClass,
    limitKmh: road.limitKmh ?? ADVISORY_KMH,
    limitKind: road.limitKmh === null ? 'advisory' : 'limit',
    oneWay: road.oneWay,
    builtUp: road.builtUp,
    points: road.points.map(e6),
  });
  const places = town.places.map((place) => {
    const [latE6, lonE6] = e6(place);
    return { name: place.name, latE6, lonE6, radiusM: Math.round(place.radiusM) };
  });
  return roadMapOf({ name: town.name, places }, town.roads.map(surveyRoad));
}
