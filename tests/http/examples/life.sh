#!/bin/sh
# The life of an account as an API client sees it: sign in, set up an authenticator
# app, be challenged, lose the phone, make new recovery codes, turn it all off. It
# leaves the account as it found it. It needs curl and oathtool.
#
#	life.sh [BASE [EMAIL PASSWORD]]
#
# Without arguments it speaks to ./start, for ben of var/demo.txt.
set -eu

BASE=${1-http://localhost:8080}
EMAIL=${2-ben@linden.example}
PASSWORD=${3-$(sed -n "s/^ *$EMAIL *\([^ ]*\) .*/\1/p" "$(dirname "$0")/../../../var/demo.txt")}

TOKEN=
answer=

# call STATUS METHOD PATH [JSON]: one request with the token of the session; the
# answer has to have that status. (On a machine with other users hand secrets to
# curl in files: they can see command lines.)
call() {
	echo "> $2 $3"
	answer=$(curl -s --noproxy '*' -w '\n%{http_code}' -X "$2" "$BASE$3" \
		${TOKEN:+-H "Authorization: Bearer $TOKEN"} \
		${4:+-H 'Content-Type: application/json' -d "$4"})
	status=${answer##*
}
	answer=${answer%
*}
	echo "$status $answer"
	[ "$status" = "$1" ] || { echo "expected $1" >&2; exit 1; }
}

# member NAME: a text of the last answer. code N: its N-th recovery code.
member() {
	printf '%s\n' "$answer" | sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p'
}
code() {
	printf '%s\n' "$answer" | grep -o '"[0-9a-z]\{5\}-[0-9a-z]\{5\}"' | tr -d '"' | sed -n "$1p"
}

# app SECONDS: what the app showed, shows or will show. A phone's clock may be half a
# minute off, both ways, and each code counts once: so three need no waiting.
app() {
	printf '%s' "$SECRET" | oathtool --totp -b --now "now $1 seconds" -
}

# --- Sign in with the password: without a factor the session is active. ---------

call 201 POST /v1/sessions '{"email":"'"$EMAIL"'","password":"'"$PASSWORD"'"}'
TOKEN=$(member token)
call 200 GET /v1/me/mfa

# --- Set up an app. The codes issued here are valid once a code of the app is confirmed. --

call 200 POST /v1/me/mfa/totp/enroll '{"password":"'"$PASSWORD"'","label":"Phone"}'
SECRET=$(member secret)
BACKUP=$(code 1)
# All codes below are of this time step or its neighbours: not at its very end.
while [ $(($(date +%s) % 30)) -gt 20 ]; do sleep 1; done
call 200 POST /v1/me/mfa/totp/verify '{"code":"'"$(app -30)"'"}'
call 204 DELETE /v1/sessions/current

# --- The next sign-in is challenged: what is refused says what to do. -----------

call 201 POST /v1/sessions '{"email":"'"$EMAIL"'","password":"'"$PASSWORD"'"}'
TOKEN=$(member token)
call 403 GET /v1/me/mfa
echo "Refused: $(member code)"
call 200 POST /v1/sessions/current/verification '{"code":"'"$(app +0)"'"}'
TOKEN=$(member token)
call 200 GET /v1/me/mfa
call 200 GET /v1/me/mfa/factors
FACTOR=$(member id)
call 200 PATCH "/v1/me/mfa/factors/$FACTOR" '{"label":"Work phone"}'
call 204 DELETE /v1/sessions/current

# --- The phone is not at hand: a recovery code takes its place, once. -----------

call 201 POST /v1/sessions '{"email":"'"$EMAIL"'","password":"'"$PASSWORD"'"}'
TOKEN=$(member token)
call 200 POST /v1/sessions/current/verification '{"recoveryCode":"'"$BACKUP"'"}'
TOKEN=$(member token)
call 200 GET /v1/me/mfa

# --- The phone is back: a new set of codes, and the old one is worth nothing. ----

call 200 POST /v1/me/mfa/recovery-codes '{"code":"'"$(app +30)"'"}'
NEW=$(code 1)
call 200 GET /v1/sessions

# --- Turn it off: this takes the address, password and a code, whatever the session has confirmed. --

call 200 POST /v1/public/accounts/mfa/disable \
	'{"email":"'"$EMAIL"'","password":"'"$PASSWORD"'","recovery_code":"'"$NEW"'"}'
call 200 GET /v1/me/mfa
call 204 DELETE /v1/sessions/current
echo "Done: the account is as it was."
