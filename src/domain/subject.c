/* Looking things up in a subject. */
#include "domain/subject.h"

size_t
subject_active(const struct subject *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->factor_count; i++)
		n += s->factors[i].state == FACTOR_ACTIVE;
	return n;
}

const struct factor *
subject_factor(const struct subject *s, struct uuid id)
{
	size_t i;

	for (i = 0; i < s->factor_count; i++) {
		const struct factor *f = &s->factors[i];

		if (f->state == FACTOR_ACTIVE && (uuid_nil(id) || uuid_eq(f->id, id)))
			return f;
	}
	return NULL;
}

const struct factor *
subject_pending(const struct subject *s, int64_t now)
{
	size_t i;

	for (i = 0; i < s->factor_count; i++) {
		const struct factor *f = &s->factors[i];

		if (f->state == FACTOR_PENDING && now < f->expires_at && !uuid_nil(s->session.id) &&
		    uuid_eq(f->session, s->session.id))
			return f;
	}
	return NULL;
}
