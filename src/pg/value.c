/* PostgreSQL's binary forms of parameters and columns. */
#include "pg/internal.h"

#include <endian.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

/* pg_type oids, fixed in PostgreSQL's catalogue. */
#define OID_BOOL 16
#define OID_BYTEA 17
#define OID_INT8 20
#define OID_INT2 21
#define OID_INT4 23
#define OID_TEXT 25
#define OID_JSON 114
#define OID_VARCHAR 1043
#define OID_TIMESTAMPTZ 1184
#define OID_UUID 2950

/* PostgreSQL counts microseconds from 2000-01-01. */
#define EPOCH_2000 (INT64_C(946684800) * CLOCK_SECOND)

static void add(struct pg_args *args, const void *p, size_t n);
static void add_null(struct pg_args *args);
static void add_array(struct pg_args *args, Oid oid, const unsigned char *p, size_t size,
    size_t count);
static const char *column(struct pg_rows *rows, Oid want, Oid also, int *n);

void
pg_arg_text(struct pg_args *args, struct str s)
{
	if (str_is_absent(s))
		add_null(args);
	else
		add(args, s.p, s.n);
}

void
pg_arg_bytes(struct pg_args *args, const void *p, size_t n)
{
	if (p == NULL)
		add_null(args);
	else
		add(args, p, n);
}

void
pg_arg_uuid(struct pg_args *args, struct uuid id)
{
	if (uuid_is_nil(id))
		add_null(args);
	else
		add(args, arena_copy(args->arena, id.b, sizeof(id.b)), sizeof(id.b));
}

void
pg_arg_bigint(struct pg_args *args, int64_t n)
{
	uint64_t be = htobe64((uint64_t)n);

	add(args, arena_copy(args->arena, &be, sizeof(be)), sizeof(be));
}

void
pg_arg_int(struct pg_args *args, int32_t n)
{
	uint32_t be = htobe32((uint32_t)n);

	add(args, arena_copy(args->arena, &be, sizeof(be)), sizeof(be));
}

void
pg_arg_smallint(struct pg_args *args, int16_t n)
{
	uint16_t be = htobe16((uint16_t)n);

	add(args, arena_copy(args->arena, &be, sizeof(be)), sizeof(be));
}

void
pg_arg_bool(struct pg_args *args, bool b)
{
	char c = b;

	add(args, arena_copy(args->arena, &c, 1), 1);
}

void
pg_arg_time(struct pg_args *args, int64_t us)
{
	if (us == 0)
		add_null(args);
	else
		pg_arg_bigint(args, us - EPOCH_2000);
}

void
pg_arg_bytes_array(struct pg_args *args, const unsigned char *p, size_t size, size_t count)
{
	add_array(args, OID_BYTEA, p, size, count);
}

void
pg_arg_uuid_array(struct pg_args *args, const struct uuid *ids, size_t count)
{
	add_array(args, OID_UUID, ids != NULL ? ids->b : NULL, sizeof(ids->b), count);
}

void
pg_arg_time_array(struct pg_args *args, const int64_t *us, size_t count)
{
	uint64_t *be = arena_array(args->arena, count, sizeof(*be));
	size_t i;

	for (i = 0; i < count; i++)
		be[i] = htobe64((uint64_t)(us[i] - EPOCH_2000));
	add_array(args, OID_TIMESTAMPTZ, (const unsigned char *)be, sizeof(*be), count);
}

bool
pg_next(struct pg_rows *rows)
{
	rows->row++;
	rows->column = 0;
	return rows->row < rows->count;
}

bool
pg_has_column(const struct pg_rows *rows)
{
	return rows->column < PQnfields(rows->result);
}

struct str
pg_text(struct pg_rows *rows)
{
	int n;
	const char *p = column(rows, OID_TEXT, OID_JSON, &n);

	return p != NULL ? str_copy(rows->arena, (struct str){p, (size_t)n}) : STR_ABSENT;
}

struct str
pg_bytes(struct pg_rows *rows)
{
	int n;
	const char *p = column(rows, OID_BYTEA, OID_BYTEA, &n);

	return p != NULL ? str_copy(rows->arena, (struct str){p, (size_t)n}) : STR_ABSENT;
}

struct uuid
pg_uuid(struct pg_rows *rows)
{
	struct uuid id = {{0}};
	int n;
	const char *p = column(rows, OID_UUID, OID_UUID, &n);

	if (p != NULL)
		memcpy(id.b, p, sizeof(id.b));
	return id;
}

int64_t
pg_bigint(struct pg_rows *rows)
{
	uint64_t be = 0;
	int n;
	const char *p = column(rows, OID_INT8, OID_TIMESTAMPTZ, &n);

	if (p != NULL)
		memcpy(&be, p, sizeof(be));
	return (int64_t)be64toh(be);
}

int32_t
pg_int(struct pg_rows *rows)
{
	uint32_t be = 0;
	uint16_t small = 0;
	int n;
	const char *p = column(rows, OID_INT4, OID_INT2, &n);

	if (p != NULL && n == 2) {
		memcpy(&small, p, sizeof(small));
		return (int16_t)be16toh(small);
	}
	if (p != NULL)
		memcpy(&be, p, sizeof(be));
	return (int32_t)be32toh(be);
}

bool
pg_bool(struct pg_rows *rows)
{
	int n;
	const char *p = column(rows, OID_BOOL, OID_BOOL, &n);

	return p != NULL && *p != 0;
}

int64_t
pg_time(struct pg_rows *rows)
{
	bool null = PQgetisnull(rows->result, rows->row, rows->column);
	int64_t us = pg_bigint(rows);

	return null ? 0 : us + EPOCH_2000;
}

void
pg_clear(struct pg_rows *rows)
{
	PQclear(rows->result);
	*rows = (struct pg_rows){0};
}

/*
 * Array form: dimensions, has-null flag, element type, then per dimension size and lower bound,
 * then items.
 */
static void
add_array(struct pg_args *args, Oid oid, const unsigned char *p, size_t size, size_t count)
{
	size_t total = 5 * 4 + count * (4 + size), i;
	uint32_t head[5] = {htobe32(1), 0, htobe32(oid), htobe32((uint32_t)count), htobe32(1)};
	uint32_t item = htobe32((uint32_t)size);
	unsigned char *to = arena_alloc(args->arena, total), *at = to;

	if (count == 0) { /* an empty array has no dimension */
		head[0] = 0;
		memcpy(to, head, 12);
		add(args, to, 12);
		return;
	}
	memcpy(at, head, sizeof(head));
	at += sizeof(head);
	for (i = 0; i < count; i++) {
		memcpy(at, &item, 4);
		memcpy(at + 4, p + i * size, size);
		at += 4 + size;
	}
	add(args, to, total);
}

static void
add(struct pg_args *args, const void *p, size_t n)
{
	if (args->n == PG_PARAMS_MAX || n > INT32_MAX)
		log_fatal("pg.arguments", "too many or too long");
	args->values[args->n] = p;
	args->lengths[args->n] = (int)n;
	args->n++;
}

static void
add_null(struct pg_args *args)
{
	add(args, NULL, 0);
}

static const char *
column(struct pg_rows *rows, Oid want, Oid also, int *n)
{
	int c = rows->column++;
	Oid type;

	if (c >= PQnfields(rows->result))
		log_fatal("pg.column", "a statement returns fewer columns than are read");
	type = PQftype(rows->result, c);
	if (type != want && type != also && !(want == OID_TEXT && type == OID_VARCHAR))
		log_fatal("pg.column", PQfname(rows->result, c));
	*n = PQgetlength(rows->result, rows->row, c);
	return PQgetisnull(rows->result, rows->row, c) ? NULL
						       : PQgetvalue(rows->result, rows->row, c);
}
