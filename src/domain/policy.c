/* Policies, and compliance with them. */
#include "domain/policy.h"

#include "base/array.h"
#include "base/clock.h"

static const struct str roles[] = {
    [ROLE_MEMBER] = STR_INIT("member"),
    [ROLE_ADMIN] = STR_INIT("admin"),
    [ROLE_OWNER] = STR_INIT("owner"),
};

static const struct str requirements[] = {
    [REQUIREMENT_OFF] = STR_INIT("off"),
    [REQUIREMENT_ADMINS] = STR_INIT("admins"),
    [REQUIREMENT_EVERYONE] = STR_INIT("everyone"),
};

static const struct str compliances[] = {
    [COMPLIANCE_ENROLLED] = STR_INIT("enrolled"),
    [COMPLIANCE_GRACE] = STR_INIT("grace"),
    [COMPLIANCE_OVERDUE] = STR_INIT("lapsed"),
    [COMPLIANCE_EXEMPT] = STR_INIT("exempt"),
    [COMPLIANCE_NOT_REQUIRED] = STR_INIT("not_required"),
};

static int find_name(const struct str *names, size_t count, struct str name);
static int64_t covered_since(const struct policy *p, bool privileged);
static int64_t later_of(int64_t a, int64_t b);
static bool age_fits(int32_t age);
static void append_time(struct buf *b, const char *name, int64_t us);

struct str
role_name(enum role role)
{
	return roles[role];
}

bool
role_parse(struct str name, enum role *role)
{
	int i = find_name(roles, ARRAY_SIZE(roles), name);

	*role = i < 0 ? ROLE_MEMBER : (enum role)i;
	return i >= 0;
}

struct str
requirement_name(enum requirement r)
{
	return requirements[r];
}

bool
requirement_parse(struct str name, enum requirement *r)
{
	int i = find_name(requirements, ARRAY_SIZE(requirements), name);

	*r = i < 0 ? REQUIREMENT_OFF : (enum requirement)i;
	return i >= 0;
}

struct str
compliance_name(enum compliance c)
{
	return compliances[c];
}

bool
compliance_parse(struct str name, enum compliance *c)
{
	int i = find_name(compliances, COMPLIANCE_COUNT, name);

	*c = i < 0 ? COMPLIANCE_COUNT : (enum compliance)i;
	return i >= 0;
}

bool
role_administers(enum role role)
{
	return role != ROLE_MEMBER;
}

bool
membership_privileged(const struct membership *m)
{
	return role_administers(m->role) || m->sensitive;
}

struct compliance_status
membership_compliance(const struct membership *m, bool enrolled, int64_t now)
{
	int64_t from = covered_since(&m->policy, membership_privileged(m));
	struct compliance_status s = {.compliance = COMPLIANCE_NOT_REQUIRED};

	if (enrolled)
		s.compliance = COMPLIANCE_ENROLLED;
	if (enrolled || from == 0)
		return s;
	s.deadline = later_of(from, m->joined_at) + m->policy.grace_days * CLOCK_DAY;
	if (now < m->exempt_until)
		s.compliance = COMPLIANCE_EXEMPT;
	else
		s.compliance = now < s.deadline ? COMPLIANCE_GRACE : COMPLIANCE_OVERDUE;
	return s;
}

bool
membership_requires(const struct membership *m, int64_t now)
{
	int64_t from = covered_since(&m->policy, membership_privileged(m));

	return from != 0 && from <= now && now >= m->exempt_until;
}

struct policy_threshold
policy_threshold(const struct policy *p, bool privileged, int64_t now)
{
	int64_t from = covered_since(p, privileged), grace = p->grace_days * CLOCK_DAY;
	struct policy_threshold threshold = {.covered = from != 0};

	if (threshold.covered && now >= from + grace)
		threshold.overdue_joined = now - grace;
	return threshold;
}

struct policy
policy_change(const struct policy *old, const struct policy *wanted, int64_t now)
{
	int64_t from = wanted->required_since != 0 ? wanted->required_since : now;
	bool same = wanted->requirement == old->requirement;
	struct policy p = *wanted;

	p.version = old->version + 1;
	p.required_since = p.everyone_since = 0;
	if (p.requirement == REQUIREMENT_OFF)
		return p;
	p.required_since = old->requirement == REQUIREMENT_OFF ? from : old->required_since;
	if (p.requirement == REQUIREMENT_EVERYONE)
		p.everyone_since = same ? old->everyone_since : from;
	if (same && wanted->required_since != 0) {
		p.required_since = from;
		if (p.requirement == REQUIREMENT_EVERYONE)
			p.everyone_since = from;
	}
	if (p.everyone_since != 0 && p.everyone_since < p.required_since)
		p.required_since = p.everyone_since;
	return p;
}

unsigned int
policy_exceeds(const struct policy *wanted, int64_t now)
{
	unsigned int fields = 0;

	if (wanted->grace_days < 0 || wanted->grace_days > POLICY_GRACE_MAX)
		fields |= POLICY_GRACE_DAYS;
	if (wanted->required_since > now + POLICY_AHEAD_MAX * CLOCK_DAY)
		fields |= POLICY_REQUIRED_SINCE;
	if (!age_fits(wanted->reauthentication_age))
		fields |= POLICY_REAUTHENTICATION_AGE;
	if (!age_fits(wanted->verification_age))
		fields |= POLICY_VERIFICATION_AGE;
	return fields;
}

bool
policy_allows_exemption(int64_t until, int64_t now)
{
	return until > now && until <= now + POLICY_AHEAD_MAX * CLOCK_DAY;
}

struct str
policy_json(struct arena *a, const struct policy *p)
{
	struct buf b = {.arena = a};
	struct str requirement = requirement_name(p->requirement);

	buf_printf(&b, "{\"requirement\":\"%.*s\",\"graceDays\":%d", STR_FMT(requirement),
	    (int)p->grace_days);
	append_time(&b, "requiredSince", p->required_since);
	append_time(&b, "everyoneSince", p->everyone_since);
	if (p->reauthentication_age != 0)
		buf_printf(&b, ",\"reauthenticationAge\":%d", (int)p->reauthentication_age);
	if (p->verification_age != 0)
		buf_printf(&b, ",\"verificationAge\":%d", (int)p->verification_age);
	buf_printf(&b, ",\"adminVerification\":%s}", p->admin_verification ? "true" : "false");
	return buf_str(&b);
}

static int
find_name(const struct str *names, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(names[i], name))
			return (int)i;
	return -1;
}

/* Since when a group is covered; 0: it is not. */
static int64_t
covered_since(const struct policy *p, bool privileged)
{
	if (p->requirement == REQUIREMENT_OFF)
		return 0;
	return privileged ? p->required_since : p->everyone_since;
}

static int64_t
later_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* 0 stands for the age of the service. */
static bool
age_fits(int32_t age)
{
	return age == 0 || (age >= POLICY_AGE_MIN && age <= POLICY_AGE_MAX);
}

static void
append_time(struct buf *b, const char *name, int64_t us)
{
	struct str text;

	if (us == 0)
		return;
	text = clock_rfc3339(b->arena, us);
	buf_printf(b, ",\"%s\":\"%.*s\"", name, STR_FMT(text));
}
