/* Look-ups in the table of outcomes. */
#include "base/err.h"

#include "base/array.h"

#include <stddef.h>

struct err_row {
	const char *code;
	enum err_kind kind;
};

static const struct err_row rows[] = {
#define ERR_ROW(name, text, of_kind) [name] = {.code = text, .kind = of_kind},
    ERR_TABLE(ERR_ROW)
#undef ERR_ROW
};

static const struct err_row *row_of(enum err e);

const char *
err_code(enum err e)
{
	return row_of(e)->code;
}

enum err_kind
err_kind(enum err e)
{
	return row_of(e)->kind;
}

/* A value that is not in the table counts as an internal failure, which grants nothing. */
static const struct err_row *
row_of(enum err e)
{
	size_t i = (size_t)e;

	return i < ARRAY_SIZE(rows) ? &rows[i] : &rows[ERR_INTERNAL];
}
