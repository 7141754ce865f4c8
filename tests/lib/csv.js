// Reads CSV files by another program than the one that made them.
'use strict';

const { parse } = require('csv-parse/sync');

// Returns the rows, by the names in the first line. Throws if the file does not follow
// RFC 4180, with CRLF after each line and the same number of fields in each.
function rows(text) {
	if (!text.endsWith('\r\n'))
		throw new Error('the last line has no end');
	return parse(text, { columns: true, record_delimiter: '\r\n' });
}

module.exports = { rows };
