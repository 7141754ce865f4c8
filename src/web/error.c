/* HTTP status and wording of every error. No other file has either. */
#include "web/error.h"

#include "flow/verify.h"

/* Retry-After of a failure. */
#define RETRY_SECONDS 2

struct wording {
	int status;
	const char *title;
	const char *text;
};

static const struct wording wordings[] = {
    [OK] = {200, "OK", "Done."},
    [ERR_BAD_REQUEST] = {400, "Bad request", "The request could not be understood."},
    [ERR_FIELD] = {422, "Something is missing or not valid", "A field is missing or not valid."},
    [ERR_NOT_FOUND] = {404, "Not found", "There is nothing at this address."},
    [ERR_METHOD] = {405, "Method not allowed",
	"This address does not support this kind of request."},
    [ERR_TOO_LARGE] = {413, "Request too large",
	"The request is larger than this service accepts."},
    [ERR_MEDIA_TYPE] = {415, "Unsupported media type",
	"This service does not accept this type of content."},
    [ERR_CROSS_ORIGIN] = {403, "Request from another site",
	"The request did not come from a page of this site. Open the page here and try again."},
    [ERR_UNAUTHENTICATED] = {401, "Sign in", "You are not signed in, or your session has ended."},
    [ERR_CREDENTIALS] = {422, "Sign in", "The email address or the password is incorrect."},
    [ERR_MFA_REQUIRED] = {403, "Verification required",
	"Verify your second factor to finish signing in."},
    [ERR_ENROLLMENT_REQUIRED] = {403, "Setup required",
	"You must enable two-factor authentication before you can continue."},
    [ERR_REAUTHENTICATION_REQUIRED] = {403, "Confirm your identity",
	"Enter your password to continue."},
    [ERR_VERIFICATION_REQUIRED] = {403, "Confirm your identity", "Enter a code to continue."},
    [ERR_EMAIL_UNVERIFIED] = {403, "Email address not verified",
	"You must verify your email address before you can enable two-factor authentication."},
    [ERR_CODE_INVALID] = {422, "Incorrect code",
	"The code is incorrect or has already been used. Check it and enter the current one."},
    [ERR_THROTTLED] = {429, "Too many attempts", "There were too many incorrect codes."},
    [ERR_LOCKED] = {403, "Second factor locked",
	"There were too many incorrect codes in a row. Ask your administrator to reset your second "
	"factor."},
    [ERR_NO_PENDING] = {409, "Setup has ended", "This setup is no longer open. Start again."},
    [ERR_FACTOR_LIMIT] = {409, "Too many methods",
	"You already have the maximum number of methods. Remove one first."},
    [ERR_NOT_ENABLED] = {409, "Not enabled", "Two-factor authentication is not enabled."},
    [ERR_CONFLICT] = {409, "Already exists", "This already exists."},
    [ERR_FORBIDDEN] = {403, "Not allowed", "Your role in this organization does not allow this."},
    [ERR_ORGANIZATION] = {403, "Choose an organization",
	"You are not working in this organization. Switch to it first."},
    [ERR_FACTOR_REQUIRED] = {409, "Two-factor authentication is required",
	"Your organization requires two-factor authentication. Add another method before you "
	"remove this one."},
    [ERR_BUSY] = {503, "Busy", "Too many people are signing in at the moment."},
    [ERR_RACE] = {503, "Busy", "Your account was changed by another request at the same time."},
    [ERR_UNAVAILABLE] = {503, "Not available",
	"The service is not available at the moment. Nothing was changed."},
    [ERR_OUTCOME_UNKNOWN] = {503, "Not available",
	"Your change may or may not have been saved. If you entered a code, use the next one your "
	"app shows."},
    [ERR_CONFIG] = {500, "Something went wrong",
	"There is a problem with the service. The error has been logged."},
    [ERR_INTERNAL] = {500, "Something went wrong",
	"There is a problem with the service. The error has been logged."},
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
		return STR("The password is incorrect.");
	if (e == ERR_THROTTLED) {
		long long wait = (long long)flow_wait(&c->flow);

		return str_printf(c->arena,
		    "There were too many incorrect codes. You can try again in %lld second%s.",
		    wait, wait == 1 ? "" : "s");
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
