/*
 * The members of an organization, counted and in pages. Policy and compliance status of a member
 * are left to the caller. A page begins behind the key `after` and holds at most `batch` members.
 */
#ifndef STORE_COMPLIANCE_H
#define STORE_COMPLIANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"
#include "domain/member.h"

struct store;

/* All members, ordered by name. */
enum err store_members_all(struct store *st, struct uuid organization,
    const struct member_cursor *after, int batch, struct member **list, size_t *count) MUST_CHECK;

/*
 * Members with a factor, or without one, ordered by name. With `plain_only` without those whom a
 * policy for admins covers.
 */
enum err store_members_by_enrolled(struct store *st, struct uuid organization, bool enrolled,
    bool plain_only, const struct member_cursor *after, int batch, struct member **list,
    size_t *count) MUST_CHECK;

/* The members of one group who joined behind one time and up to another; 0: no such bound. */
struct joined_range {
	bool wanted;
	int64_t after;
	int64_t until;
};

/* Members with neither factor nor exemption, ordered by the time they joined. */
enum err store_members_by_joined(struct store *st, struct uuid organization, int64_t now,
    struct joined_range privileged, struct joined_range plain, const struct member_cursor *after,
    int batch, struct member **list, size_t *count) MUST_CHECK;

/* Exempt members without a factor, of the groups asked for, ordered by the end of the exemption. */
enum err store_members_exempt(struct store *st, struct uuid organization, int64_t now,
    bool privileged, bool plain, const struct member_cursor *after, int batch, struct member **list,
    size_t *count) MUST_CHECK;

/* Members with an address, or a name from one of its words on, that begins with the term. */
enum err store_members_search(struct store *st, struct uuid organization, struct str term,
    const struct member_cursor *after, int batch, struct member **list, size_t *count) MUST_CHECK;

/*
 * The numbers of the plain group [0] and of the privileged one [1]; the times are the
 * `overdue_joined` of their policy_threshold()s.
 */
enum err store_member_counts(struct store *st, struct uuid organization, int64_t now,
    int64_t privileged_until, int64_t plain_until, struct member_counts counts[2]) MUST_CHECK;

#endif
