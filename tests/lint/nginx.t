#!/bin/bash
# nginx accepts the sample sites with the snippets.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"

nginx=$(PATH=$PATH:/usr/sbin command -v nginx) || skip_all "nginx is not there"
mkdir "$work/body" "$work/proxy" "$work/fastcgi" "$work/uwsgi" "$work/scgi"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
	-keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
cp -r "$top/nginx" "$work/countersign"
# The sample sites are set up as their comments say, but below a folder of the test.
sed -e "s,/etc/ssl/certs/[^;]*,$work/cert.pem,; s,/etc/ssl/private/[^;]*,$work/key.pem," \
	-e "s,/var/log/nginx/[^ ]*,$work/access.log,; s,/usr/share/countersign;,$top;," \
	-e 's/\(listen .*\)443/\18443/; s/\(listen .*\)80;/\18080;/' "$top/nginx/countersign.conf" >"$work/site.conf"
sed -e "s,/etc/ssl/certs/[^;]*,$work/cert.pem,; s,/etc/ssl/private/[^;]*,$work/key.pem," \
	-e 's/\(listen .*\)443/\18443/' "$top/nginx/countersign_gate_site.conf" >"$work/guarded.conf"
cat >"$work/example.conf" <<END
server {
	listen 8081;
	root $top;
	include countersign/countersign_gate.conf;
	include countersign/countersign_example.conf;
	location = /app.php {
		auth_request /_countersign/fresh;
		include countersign/countersign_gate_fastcgi.conf;
		fastcgi_pass countersign;
	}
}
END
cat >"$work/nginx.conf" <<END
pid $work/nginx.pid;
error_log stderr notice;
events {}
http {
	client_body_temp_path $work/body;
	proxy_temp_path $work/proxy;
	fastcgi_temp_path $work/fastcgi;
	uwsgi_temp_path $work/uwsgi;
	scgi_temp_path $work/scgi;
	access_log $work/access.log;
	include $work/site.conf;
	include $work/guarded.conf;
	include $work/example.conf;
}
END
"$nginx" -t -e stderr -p "$work" -c "$work/nginx.conf" >"$work/out" 2>&1
result $? "the sample sites are accepted"
! grep -E '\[(warn|error|emerg)\]' "$work/out" | grep -v 'the "user" directive'
result $? "without a warning"

# Every location that sets headers of its own sets the security headers, too.
awk '/^location/ { name = $0; own = ours = 0 }
    /^\tadd_header/ { own = 1 } /countersign_headers.conf/ { ours = 1 }
    /^}/ && own && !ours { print name }' "$top/nginx/countersign_locations.conf" >"$work/out"
[ ! -s "$work/out" ]
result $? "no location loses the security headers"

# The level and its like are fixed texts: nginx would evaluate a variable again within the authorization request.
! grep -nE '^[^#]*fastcgi_param +COUNTERSIGN_(LEVEL|MAX_AGE|ORGANIZATION).*[$]' "$top"/nginx/*.conf >"$work/out"
result $? "no level is a variable"
# Every location of an authorization request is internal and complete, and no location that denies is protected itself.
awk '/^location = \/_countersign\// { name = $3; n = 0 } name != "" && /internal;|countersign_gate_ask.conf;|COUNTERSIGN_LEVEL/ { n++ }
    /^}/ && name != "" { if (n != 3) print name; name = "" }' "$top"/nginx/countersign_gate.conf "$top"/nginx/countersign_example.conf >"$work/out"
[ ! -s "$work/out" ]
result $? "authorization requests are complete"
awk '/^location @countersign_gate_/ { name = $2; n = 0 } name != "" && /auth_request off;/ { n++ }
    /^}/ && name != "" { if (n != 1) print name; name = "" }' "$top/nginx/countersign_gate.conf" >"$work/out"
[ ! -s "$work/out" ]
result $? "locations that deny are not protected themselves"

while read -r page; do
	[ -s "$top/$page" ]
	result $? "$page is there"
done < <(sed -n 's,.*error_page.* /\(static/error/[0-9]*\.html\);,\1,p' "$top/nginx/countersign_locations.conf")
done_testing
