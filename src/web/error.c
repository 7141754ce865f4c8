/* Status and wording of every result: the only place that knows either. */
#include "web/error.h"

#include "flow/verify.h"

/* When to come back after a failure. */
#define RETRY_SECONDS 2

struct wording {
	int status;
	const char *title;
	const char *text;
};

static const struct wording wordings[] = {
    [OK] = {200, "OK", "Done."},
    [ERR_BAD_REQUEST] = {400, "Bad request", "The request could not be understood."},
    [ERR_FIELD] = {422, "Something is missing",
	"A field is missing or not filled in as it should be."},
    [ERR_NOT_FOUND] = {404, "Not found", "There is nothing at this address."},
    [ERR_METHOD] = {405, "Not possible here", "This address does not take that kind of request."},
    [ERR_TOO_LARGE] = {413, "Too large", "The request is larger than is taken here."},
    [ERR_MEDIA_TYPE] = {415, "Unknown kind of data",
	"The request carries data of a kind that is not taken here."},
    [ERR_CROSS_ORIGIN] = {403, "Not from this site",
	"The request was not sent by a page of this site. Open the page here and try again."},
    [ERR_UNAUTHENTICATED] = {401, "Sign in", "You are not signed in, or your session is over."},
    [ERR_CREDENTIALS] = {422, "Sign in", "The email address or the password is not right."},
    [ERR_MFA_REQUIRED] = {403, "Verification required", "Your second factor is still outstanding."},
    [ERR_ENROLLMENT_REQUIRED] = {403, "Set-up required",
	"You must enable two-factor authentication first."},
    [ERR_REAUTHENTICATION_REQUIRED] = {403, "Confirm that it is you",
	"Enter your password to go on."},
    [ERR_VERIFICATION_REQUIRED] = {403, "Confirm that it is you", "Enter a code to go on."},
    [ERR_EMAIL_UNVERIFIED] = {403, "Email address not verified",
	"Your email address must be verified before you can enable two-factor authentication."},
    [ERR_CODE_INVALID] = {422, "Wrong code",
	"The code is wrong or was used before. Check it and enter the current one."},
    [ERR_THROTTLED] = {429, "Too many attempts", "There were too many wrong codes."},
    [ERR_LOCKED] = {403, "Second factor locked",
	"There were too many wrong codes in a row. Ask your administrator to reset your second "
	"factor."},
    [ERR_NO_PENDING] = {409, "Set-up is over", "The set-up is no longer open. Start it again."},
    [ERR_FACTOR_LIMIT] = {409, "Too many methods",
	"You have as many methods as you can have. Remove one first."},
    [ERR_NOT_ENABLED] = {409, "Not enabled", "Two-factor authentication is not enabled."},
    [ERR_CONFLICT] = {409, "Already there", "This exists already."},
    [ERR_FORBIDDEN] = {403, "Not allowed", "Your role in this organization does not allow this."},
    [ERR_ORGANIZATION] = {403, "Choose an organization",
	"Your session does not work in this organization. Switch to it first."},
    [ERR_FACTOR_REQUIRED] = {409, "Two-factor authentication is required",
	"Your organization requires two-factor authentication. Add another method before you "
	"remove this one."},
    [ERR_BUSY] = {503, "Busy", "Too many people are signing in at the moment."},
    [ERR_RACE] = {503, "Busy", "Your account was changed at the same moment."},
    [ERR_UNAVAILABLE] = {503, "Not available",
	"The service cannot answer at the moment. Nothing was changed."},
    [ERR_OUTCOME_UNKNOWN] = {503, "Not available",
	"It is not known whether this was done. If you entered a code, use the next one your app "
	"shows."},
    [ERR_CONFIG] = {500, "Something went wrong", "The service has a problem. It has been logged."},
    [ERR_INTERNAL] = {500, "Something went wrong",
	"The service has a problem. It has been logged."},
};

int
error_status(enum err e)
{
	return wordings[e].status;
}

struct str
error_detail_for(struct call *c, enum err e)
{
	if (e == ERR_CREDENTIALS && c->signed_in &&
	    str_is_absent(field_proof(&c->fields, PROOF_EMAIL)))
		return STR("The password is not right.");
	if (e == ERR_THROTTLED) {
		long long wait = (long long)flow_wait(&c->flow);

		return str_printf(c->arena,
		    "There were too many wrong codes. You can try again in %lld second%s.", wait,
		    wait == 1 ? "" : "s");
	}
	return str_of(wordings[e].text);
}

const char *
error_detail(enum err e)
{
	return wordings[e].text;
}

const char *
error_title(enum err e)
{
	return wordings[e].title;
}

int64_t
error_retry_after(struct call *c, enum err e)
{
	int64_t seconds = 0;

	if (e == ERR_THROTTLED)
		seconds = flow_wait(&c->flow);
	else if (wordings[e].status == 503)
		seconds = RETRY_SECONDS;
	if (seconds > 0)
		resp_header(c->resp, "Retry-After",
		    str_printf(c->arena, "%lld", (long long)seconds));
	return seconds;
}

void
error_add_field(struct call *c, struct str name, const char *detail)
{
	if (c->error_count < CALL_ERRORS_MAX)
		c->errors[c->error_count++] = (struct field_error){.name = name, .detail = detail};
}
