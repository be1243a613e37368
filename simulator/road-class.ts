/** Classes of road that the criteria tell apart (C8). */
export type RoadClass = 'motorway' | 'rural-main' | 'rural-minor' | 'town-main' | 'town-street' | 'zone-30';
