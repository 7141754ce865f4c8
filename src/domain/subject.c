/* Looking things up in a subject. */
#include "domain/subject.h"

#include "domain/membership.h"

static struct memberships memberships_of(const struct subject *s);

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
	for (size_t i = 0; i < s->factor_count; i++) {
		const struct factor *f = &s->factors[i];

		if (f->state == FACTOR_ACTIVE && (uuid_is_nil(id) || uuid_eq(f->id, id)))
			return f;
	}
	return NULL;
}

const struct factor *
subject_pending(const struct subject *s, int64_t now)
{
	for (size_t i = 0; i < s->factor_count; i++) {
		const struct factor *f = &s->factors[i];

		if (f->state == FACTOR_PENDING && now < f->expires_at &&
		    !uuid_is_nil(s->session.id) && uuid_eq(f->session, s->session.id))
			return f;
	}
	return NULL;
}

const struct membership *
subject_membership(const struct subject *s, struct uuid organization)
{
	struct memberships ms = memberships_of(s);

	return memberships_find(&ms, organization);
}

const struct membership *
subject_membership_of_slug(const struct subject *s, struct str slug)
{
	struct memberships ms = memberships_of(s);

	return memberships_find_slug(&ms, slug);
}

struct uuid
subject_organization(const struct subject *s)
{
	struct memberships ms = memberships_of(s);

	return memberships_current(&ms);
}

const struct membership *
subject_policy(const struct subject *s, int64_t now, struct compliance_status *status)
{
	struct memberships ms = memberships_of(s);

	return memberships_policy(&ms, subject_active(s) > 0, now, status);
}

enum session_state
subject_state(const struct subject *s, int64_t now)
{
	struct memberships ms = memberships_of(s);

	return memberships_session_state(&ms, s->session.state, subject_active(s) > 0, now);
}

bool
subject_requires_factor(const struct subject *s, int64_t now)
{
	struct memberships ms = memberships_of(s);

	return memberships_require_factor(&ms, now);
}

struct proof_ages
subject_ages(const struct subject *s, int64_t age)
{
	struct memberships ms = memberships_of(s);

	return memberships_proof_ages(&ms, age);
}

static struct memberships
memberships_of(const struct subject *s)
{
	return (struct memberships){
	    .list = s->memberships,
	    .count = s->membership_count,
	    .chosen = s->session.organization,
	};
}
