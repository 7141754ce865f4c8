// What a stranger's reader makes of a CSV file.
'use strict';

const { parse } = require('csv-parse/sync');

// Its rows, by the names in its first line. Throws where the file is not in the form of
// RFC 4180, with CRLF after each line and as many fields in each.
function rows(text) {
	if (!text.endsWith('\r\n'))
		throw new Error('the last line has no end');
	return parse(text, { columns: true, record_delimiter: '\r\n' });
}

module.exports = { rows };
