#!/bin/sh
# Writes nginx's configuration from the environment, then becomes nginx.
#
#   BACKPACK_API_HOST     the API's fully qualified name (required): nginx does
#                         not use the search domains of resolv.conf
#   BACKPACK_API_PORT     its port; 8000
#   BACKPACK_RESOLVERS    DNS servers as nginx takes them; those of resolv.conf
#   BACKPACK_WEB_PORT     where to listen; 8080
#   BACKPACK_WEB_RUN      a writable directory for the cache; /tmp/backpack-web
#   BACKPACK_WEB_SHARE    where the configuration's template is
#   BACKPACK_WEB_CACHE    the cache's bound, as nginx takes it; 64m
set -eu

fail() {
    echo "backpack-web: $1" >&2
    exit 64
}

port() {
    case "$2" in '' | *[!0-9]* | ??????*) fail "$1 must be a TCP port, not \`$2\`" ;; esac
}

api_host=${BACKPACK_API_HOST:-}
api_port=${BACKPACK_API_PORT:-8000}
listen=${BACKPACK_WEB_PORT:-8080}
run=${BACKPACK_WEB_RUN:-/tmp/backpack-web}
share=${BACKPACK_WEB_SHARE:-/usr/share/backpack-web}
cache=${BACKPACK_WEB_CACHE:-64m}

[ -n "$api_host" ] || fail "BACKPACK_API_HOST is not set: name the API's Service, such as todo-api.apps.svc.cluster.local"
case "$api_host" in
*[!A-Za-z0-9.-]* | .* | -*) fail "BACKPACK_API_HOST must be a host name, not \`$api_host\`" ;;
esac
case "$cache" in '' | *[!0-9kmg]*) fail "BACKPACK_WEB_CACHE must be a size such as 64m, not \`$cache\`" ;; esac
case "$run$share" in *[!A-Za-z0-9./_-]*) fail "BACKPACK_WEB_RUN and BACKPACK_WEB_SHARE must be plain paths" ;; esac
port BACKPACK_API_PORT "$api_port"
port BACKPACK_WEB_PORT "$listen"

resolvers=${BACKPACK_RESOLVERS:-}
if [ -z "$resolvers" ]; then
    while read -r keyword address _; do
        [ "$keyword" = nameserver ] || continue
        case "$address" in
        *%*) continue ;; # a link-local address with its interface, which nginx does not take
        *:*) resolvers="$resolvers [$address]" ;;
        *) resolvers="$resolvers $address" ;;
        esac
    done </etc/resolv.conf
    [ -n "$resolvers" ] || fail "/etc/resolv.conf names no DNS server, and BACKPACK_RESOLVERS is not set"
fi
case "$resolvers" in *[!A-Za-z0-9.:\ \[\]-]*) fail "BACKPACK_RESOLVERS must be addresses, not \`$resolvers\`" ;; esac

listen_v6=
[ ! -s /proc/net/if_inet6 ] || listen_v6="listen [::]:$listen default_server ipv6only=on;"

mkdir -p "$run/cache" "$run/temporary"
sed \
    -e "s|@API@|$api_host:$api_port|" \
    -e "s|@RESOLVERS@|$resolvers|" \
    -e "s|@LISTEN@|$listen|" \
    -e "s|@LISTEN_V6@|$listen_v6|" \
    -e "s|@RUN@|$run|" \
    -e "s|@SHARE@|$share|" \
    -e "s|@CACHE@|$cache|" \
    "$share/nginx.conf" >"$run/nginx.conf"

exec nginx -p "$run/" -e stderr -c "$run/nginx.conf"
