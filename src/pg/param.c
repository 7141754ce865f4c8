/* The parameters of a statement. */
#include "pg/internal.h"

#include <endian.h>
#include <string.h>

#include "base/log.h"

static void add(struct pg_query *q, const void *p, size_t n);
static void add_null(struct pg_query *q);
static void add_array(struct pg_query *q, enum pg_type type, const unsigned char *p, size_t size,
    size_t count);

struct pg_query *
pg_query_new(struct arena *a, int statement)
{
	struct pg_query *q = arena_alloc(a, sizeof(*q));

	q->statement = statement;
	q->arena = a;
	return q;
}

void
pg_bind_text(struct pg_query *q, struct str s)
{
	if (str_is_absent(s))
		add_null(q);
	else
		add(q, s.p, s.n);
}

void
pg_bind_bytea(struct pg_query *q, struct str bytes)
{
	pg_bind_text(q, bytes);
}

void
pg_bind_uuid(struct pg_query *q, struct uuid id)
{
	if (uuid_is_nil(id))
		add_null(q);
	else
		add(q, arena_copy(q->arena, id.b, sizeof(id.b)), sizeof(id.b));
}

void
pg_bind_bigint(struct pg_query *q, int64_t n)
{
	uint64_t be = htobe64((uint64_t)n);

	add(q, arena_copy(q->arena, &be, sizeof(be)), sizeof(be));
}

void
pg_bind_integer(struct pg_query *q, int32_t n)
{
	uint32_t be = htobe32((uint32_t)n);

	add(q, arena_copy(q->arena, &be, sizeof(be)), sizeof(be));
}

void
pg_bind_smallint(struct pg_query *q, int16_t n)
{
	uint16_t be = htobe16((uint16_t)n);

	add(q, arena_copy(q->arena, &be, sizeof(be)), sizeof(be));
}

void
pg_bind_boolean(struct pg_query *q, bool b)
{
	char c = b;

	add(q, arena_copy(q->arena, &c, 1), 1);
}

void
pg_bind_timestamptz(struct pg_query *q, int64_t us)
{
	if (us == 0)
		add_null(q);
	else
		pg_bind_bigint(q, us - EPOCH_2000);
}

void
pg_bind_bytea_array(struct pg_query *q, struct pg_bytea_array a)
{
	add_array(q, PG_BYTEA, a.bytes, a.size, a.count);
}

void
pg_bind_uuid_array(struct pg_query *q, struct pg_uuid_array a)
{
	add_array(q, PG_UUID, a.ids != NULL ? a.ids->b : NULL, sizeof(a.ids->b), a.count);
}

void
pg_bind_timestamptz_array(struct pg_query *q, struct pg_timestamptz_array a)
{
	uint64_t *be = arena_array(q->arena, a.count, sizeof(*be));
	size_t i;

	for (i = 0; i < a.count; i++)
		be[i] = htobe64((uint64_t)(a.us[i] - EPOCH_2000));
	add_array(q, PG_TIMESTAMPTZ, (const unsigned char *)be, sizeof(*be), a.count);
}

/*
 * An array is the number of dimensions, the has-null flag and the element type, then for each
 * dimension its size and lower bound, then the elements, each behind its length.
 */
static void
add_array(struct pg_query *q, enum pg_type type, const unsigned char *p, size_t size, size_t count)
{
	size_t total = 5 * 4 + count * (4 + size), i;
	uint32_t head[5] = {htobe32(1), 0, htobe32((uint32_t)type), htobe32((uint32_t)count),
	    htobe32(1)};
	uint32_t item = htobe32((uint32_t)size);
	unsigned char *to = arena_alloc(q->arena, total), *at = to;

	if (count == 0) { /* an empty array has no dimension */
		head[0] = 0;
		memcpy(to, head, 12);
		add(q, to, 12);
		return;
	}
	memcpy(at, head, sizeof(head));
	at += sizeof(head);
	for (i = 0; i < count; i++) {
		memcpy(at, &item, 4);
		memcpy(at + 4, p + i * size, size);
		at += 4 + size;
	}
	add(q, to, total);
}

static void
add(struct pg_query *q, const void *p, size_t n)
{
	if (q->param_count == PG_PARAMS_MAX || n > INT32_MAX)
		log_fatal("pg.parameters", "too many or too long");
	q->values[q->param_count] = p;
	q->lengths[q->param_count] = (int)n;
	q->param_count++;
}

static void
add_null(struct pg_query *q)
{
	add(q, NULL, 0);
}
