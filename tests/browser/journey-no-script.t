#!/usr/bin/env -S node --test-reporter=tap
// The whole journey in a browser that runs no scripts.
'use strict';

require('../lib/journey').journey({ script: false });
