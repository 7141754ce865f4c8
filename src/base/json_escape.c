/* Escaping one character at a time. */
#include "base/json_escape.h"

#include <stdio.h>

struct str
json_escape_char(struct str rest, char room[8], size_t *step)
{
	unsigned char c = (unsigned char)rest.p[0];

	*step = str_utf8_step(rest);
	if (*step == 0) {
		*step = 1;
		return STR("\xef\xbf\xbd");
	}
	if (c == '"')
		return STR("\\\"");
	if (c == '\\')
		return STR("\\\\");
	if (c < 0x20 || c == 0x7f) {
		(void)snprintf(room, 8, "\\u%04x", (unsigned int)c);
		return str_of(room);
	}
	return str_slice(rest, 0, *step);
}
