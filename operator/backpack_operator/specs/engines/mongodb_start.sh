# Starts MongoDB with authentication. Before anybody else can reach it, its users are made
# or given their present passwords. A file beside the data says which; it is written last,
# so that whatever is interrupted is done again. The arguments are passed on to mongod.
set -euo pipefail

mongod=(mongod --dbpath="$DATA" --port="$PORT" "$@")
done_file=$DATA/.backpack-users
wanted=$(printf '%s\n' "$ROOT_USERNAME" "$ROOT_PASSWORD" "$API_USERNAME" "$API_PASSWORD" "$API_DATABASE" |
  sha256sum | cut -d ' ' -f 1)
wanted=$(printf '%s\n' "$wanted" "$SPARE_USERNAME" "$SPARE_PASSWORD" | sha256sum | cut -d ' ' -f 1)  # second user

if [ "$(cat "$done_file" 2>/dev/null || true)" != "$wanted" ]; then
  echo 'Setting up the users of the database.'
  # Without authentication, for this pod's own loopback only.
  "${mongod[@]}" --bind_ip=127.0.0.1 &
  server=$!
  trap 'kill -TERM "$server" 2>/dev/null; wait "$server"; exit 143' TERM INT
  until (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; do
    kill -0 "$server" 2>/dev/null || { echo 'MongoDB ended before its users could be set up.' >&2; exit 1; }
    sleep 0.5
  done
  # The passwords are read from the environment: an argument could be seen.
  mongosh --quiet --norc --host 127.0.0.1 --port "$PORT" admin --eval '
    const ensure = (user, pwd, roles) =>
      db.getUser(user) === null ? db.createUser({user, pwd, roles}) : db.updateUser(user, {pwd, roles});
    const {ROOT_USERNAME, ROOT_PASSWORD, API_USERNAME, API_PASSWORD, API_DATABASE} = process.env;
    ensure(ROOT_USERNAME, ROOT_PASSWORD, [{role: "root", db: "admin"}]);
    ensure(API_USERNAME, API_PASSWORD, [{role: "readWrite", db: API_DATABASE}]);
    const {SPARE_USERNAME, SPARE_PASSWORD} = process.env;  // second user
    ensure(SPARE_USERNAME, SPARE_PASSWORD, [{role: "readWrite", db: API_DATABASE}]);  // second user
    const role = "changeOwnPassword";  // second user
    const privileges = [{resource: {db: "", collection: ""}, actions: [role]}];  // second user
    if (db.getRole(role) === null) db.createRole({role, privileges, roles: []});  // second user
    for (const user of [API_USERNAME, SPARE_USERNAME]) db.grantRolesToUser(user, [role]);  // second user
  ' &
  wait $!
  kill -TERM "$server"
  # Whatever it ends with: the users are in its journal.
  wait "$server" || true
  trap - TERM INT
  printf '%s' "$wanted" > "$done_file.new"
  mv "$done_file.new" "$done_file"
fi

exec "${mongod[@]}" --auth --bind_ip_all
