/* The rows that a statement returns. */
#include "pg/internal.h"

#include <endian.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"

static const char *fixed(const struct pg_rows *rows, int column, int size);
static struct str varying(const struct pg_rows *rows, int column);
static struct str type_name(Oid type);

bool
pg_columns_match(const struct pg_statement *s, const PGresult *res)
{
	int declared = s->column_count, returned = PQnfields(res), i;

	for (i = 0; i < declared || i < returned; i++) {
		const struct pg_column *want = i < declared ? &s->columns[i] : NULL;
		const char *name = i < returned ? PQfname(res, i) : NULL;

		if (want != NULL && name != NULL && strcmp(want->name, name) == 0 &&
		    PQftype(res, i) == (Oid)want->type)
			continue;
		log_error("pg.columns_differ", LOG_CSTR("statement", s->name),
		    LOG_INT("position", i + 1),
		    LOG_CSTR("declared", want != NULL ? want->name : "nothing"),
		    LOG_TEXT("declared_type", want != NULL ? type_name(want->type) : STR("none")),
		    LOG_CSTR("returned", name != NULL ? name : "nothing"),
		    LOG_TEXT("returned_type",
			name != NULL ? type_name(PQftype(res, i)) : STR("none")));
		return false;
	}
	return true;
}

bool
pg_next(struct pg_rows *rows, const struct pg_column *columns)
{
	if (rows->result == NULL)
		return false;
	if (rows->columns != columns)
		log_fatal("pg.rows", "rows are read as those of another statement");
	rows->row++;
	return rows->row < rows->count;
}

struct str
pg_text(const struct pg_rows *rows, int column)
{
	return varying(rows, column);
}

struct str
pg_bytea(const struct pg_rows *rows, int column)
{
	return varying(rows, column);
}

struct uuid
pg_uuid(const struct pg_rows *rows, int column)
{
	struct uuid id = {{0}};
	const char *p = fixed(rows, column, sizeof(id.b));

	if (p != NULL)
		memcpy(id.b, p, sizeof(id.b));
	return id;
}

int64_t
pg_bigint(const struct pg_rows *rows, int column)
{
	uint64_t be = 0;
	const char *p = fixed(rows, column, sizeof(be));

	if (p != NULL)
		memcpy(&be, p, sizeof(be));
	return (int64_t)be64toh(be);
}

int32_t
pg_integer(const struct pg_rows *rows, int column)
{
	uint32_t be = 0;
	const char *p = fixed(rows, column, sizeof(be));

	if (p != NULL)
		memcpy(&be, p, sizeof(be));
	return (int32_t)be32toh(be);
}

int16_t
pg_smallint(const struct pg_rows *rows, int column)
{
	uint16_t be = 0;
	const char *p = fixed(rows, column, sizeof(be));

	if (p != NULL)
		memcpy(&be, p, sizeof(be));
	return (int16_t)be16toh(be);
}

bool
pg_boolean(const struct pg_rows *rows, int column)
{
	const char *p = fixed(rows, column, 1);

	return p != NULL && *p != 0;
}

int64_t
pg_timestamptz(const struct pg_rows *rows, int column)
{
	if (PQgetisnull(rows->result, rows->row, column))
		return 0;
	return pg_bigint(rows, column) + EPOCH_2000;
}

void
pg_clear(struct pg_rows *rows)
{
	PQclear(rows->result);
	*rows = (struct pg_rows){0};
}

/* The bytes of a value of fixed size; NULL for NULL. */
static const char *
fixed(const struct pg_rows *rows, int column, int size)
{
	if (PQgetisnull(rows->result, rows->row, column))
		return NULL;
	if (PQgetlength(rows->result, rows->row, column) != size)
		log_fatal("pg.column", PQfname(rows->result, column));
	return PQgetvalue(rows->result, rows->row, column);
}

static struct str
varying(const struct pg_rows *rows, int column)
{
	struct str value = {
	    .p = PQgetvalue(rows->result, rows->row, column),
	    .n = (size_t)PQgetlength(rows->result, rows->row, column),
	};

	if (PQgetisnull(rows->result, rows->row, column))
		return STR_ABSENT;
	return str_copy(rows->arena, value);
}

static struct str
type_name(Oid type)
{
	static const struct {
		enum pg_type type;
		struct str name;
	} types[] = {
	    {PG_BOOLEAN, STR_INIT("boolean")},
	    {PG_BYTEA, STR_INIT("bytea")},
	    {PG_BIGINT, STR_INIT("bigint")},
	    {PG_SMALLINT, STR_INIT("smallint")},
	    {PG_INTEGER, STR_INIT("integer")},
	    {PG_TEXT, STR_INIT("text")},
	    {PG_JSON, STR_INIT("json")},
	    {PG_TIMESTAMPTZ, STR_INIT("timestamptz")},
	    {PG_UUID, STR_INIT("uuid")},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if ((Oid)types[i].type == type)
			return types[i].name;
	return STR("another");
}
