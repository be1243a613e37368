#!/usr/bin/env node
// The sources are TypeScript; tsx loads them as they are, so that a checkout needs no build step.
import { register } from 'tsx/esm/api';

register();
await import('./cli.ts');
