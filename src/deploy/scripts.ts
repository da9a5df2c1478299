/**
 * What runs on a host: POSIX shell, each script a `main` over shared functions.
 *
 * Variables given: `dir`, `host` (its name in the config), `owner` (what the marker file says), and per script `release`,
 * `config`, `entry`, `node`, `upload`, `limit`, `lines`. Answers are lines `raftkv:name=value`. A failure is the answer
 * `error`, and exit code 3.
 *
 * @module
 */

const SHARED = String.raw`
set -u
umask 077
say() { printf 'raftkv:%s=%s\n' "$1" "$2"; }
fail() { say error "$1"; exit 3; }

case $dir in
  /*) ;;
  *) dir=$HOME/$dir ;;
esac
marker=$dir/.raftkv-deploy
log=$dir/run/serve.log

# Only a directory that is empty, absent, or ours for this very host is touched.
check_directory() {
  [ -e "$dir" ] || [ -L "$dir" ] || return 0
  [ -d "$dir" ] || fail "$dir is there and is not a directory: choose another with --dir"
  if [ -f "$marker" ]; then
    found=$(cat "$marker")
    [ "$found" = "$owner" ] || fail "$dir holds $found, not $owner: choose another with --dir"
    return 0
  fi
  [ -z "$(ls -A "$dir")" ] || fail "$dir is not empty and was not made by raftkv deploy: choose another with --dir"
}

# When a process began, in clock ticks since boot: its number may be given again. Empty where that cannot be known.
start_of() {
  set -- $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null)
  [ $# -gt 19 ] || return 0
  case $1 in Z | X) echo ended; return 0 ;; esac
  shift 19
  echo "$1"
}

# Sets pid to the number of the server that runs here, or to nothing; and what it was started with.
find_server() {
  pid= started= running_release= running_config= log_from=1
  [ -f "$dir/run/serve.pid" ] && [ -f "$dir/run/serve.started" ] || return 0
  IFS= read -r candidate <"$dir/run/serve.pid" || return 0
  {
    IFS= read -r started
    IFS= read -r running_release
    IFS= read -r running_config
    IFS= read -r log_from
  } <"$dir/run/serve.started" || return 0
  kill -0 "$candidate" 2>/dev/null || return 0
  [ "$(start_of "$candidate")" = "$started" ] || return 0
  pid=$candidate
}

ready_line() {
  [ -f "$log" ] && tail -c "+$log_from" "$log" | grep '^ready' | head -n 1
}

# A moment where sleep can do that.
nap() { sleep 0.2 2>/dev/null || sleep 1; }

# One deploy at a time; the lock of a process that is gone is taken over.
take_lock() {
  lock=$dir/.deploy-lock
  if ! mkdir "$lock" 2>/dev/null; then
    other=$(cat "$lock/pid" 2>/dev/null) || other=
    if [ -z "$other" ] || kill -0 "$other" 2>/dev/null; then
      fail "another deploy is at work in $dir (process $other): wait for it, or remove $lock if there is none"
    fi
  fi
  echo $$ >"$lock/pid"
  trap 'rm -f "$lock/pid"; rmdir "$lock"' EXIT
  trap 'exit 3' HUP INT TERM
}

stop_server() {
  find_server
  if [ -z "$pid" ]; then say was stopped; return 0; fi
  stopping=$pid
  say was running
  kill -TERM "$pid"
  until_s=$(($(date +%s) + limit))
  while find_server && [ -n "$pid" ]; do
    [ "$(date +%s)" -le "$until_s" ] || fail "process $stopping has not ended within $limit s: it goes on; see --logs"
    nap
  done
  rm -f "$dir/run/serve.pid" "$dir/run/serve.started"
  say stopped "$stopping"
}

describe() {
  find_server
  say directory "$dir"
  [ -L "$dir/current" ] && say release "$(basename "$(readlink "$dir/current")")"
  [ -L "$dir/config" ] && say config "$(basename "$(readlink "$dir/config")")"
  if [ -n "$pid" ]; then
    say pid "$pid"
    say running-release "$running_release"
    say running-config "$running_config"
    ready=$(ready_line)
    [ -n "$ready" ] && say ready "$ready"
  fi
  return 0
}

tell_log() { [ -f "$log" ] && tail -c "+$1" "$log" | tail -n "$lines" | sed 's/^/raftkv:log=/'; return 0; }
`;

/**
 * Says what is there and what is missing; changes nothing, unless `mode` is `upload` and something is missing: then there is
 * a new folder for it, named in the answer `upload`.
 */
export const PROBE_SCRIPT = `${SHARED}
main() {
  version=$("$node" -p 'const [a, b] = process.versions.node.split("."); (a > 20 || (a == 20 && b >= 19) ? "" : "old ") + process.version' 2>/dev/null) ||
    fail "there is no program $node: install Node.js 20.19 or later, or give --node PATH"
  case $version in
    v[0-9]*) ;;
    *) fail "$node is \${version#old }: Node.js 20.19 or later is needed" ;;
  esac
  command -v tar >/dev/null || fail "there is no program tar"
  check_directory
  describe
  missing=
  [ -d "$dir/releases/$release" ] || { missing=1; say missing program; }
  [ -d "$dir/configs/$config" ] || { missing=1; say missing config; }
  if [ -n "$missing" ] && [ "$mode" = upload ]; then
    say upload "$(mktemp -d /tmp/raftkv-upload.XXXXXXXX)"
  fi
}`;

/** Unpacks what was uploaded beside what is there. The server that runs is not touched. */
export const INSTALL_SCRIPT = `${SHARED}
unpack() {
  part=$3/.part.$$
  rm -rf "$3"/.part.*
  mkdir -p "$part"
  tar -xzof "$upload/$1" -C "$part" || fail "the archive $1 cannot be unpacked in $dir"
  mv "$part" "$3/$2"
}
main() {
  check_directory
  mkdir -p "$dir/releases" "$dir/configs" "$dir/run"
  take_lock
  printf '%s\\n' "$owner" >"$marker"
  if [ ! -d "$dir/releases/$release" ]; then unpack program.tar.gz "$release" "$dir/releases"; fi
  if [ ! -d "$dir/configs/$config" ]; then unpack config.tar.gz "$config" "$dir/configs"; fi
  case $upload in /tmp/raftkv-upload.*) rm -rf "$upload" ;; esac
}`;

/** Makes what is installed the one that the next start takes. */
export const LINK_SCRIPT = `${SHARED}
main() {
  check_directory
  take_lock
  ln -sfn "releases/$release" "$dir/current"
  ln -sfn "configs/$config" "$dir/config"
}`;

/** Starts the server with the wanted release and config; one that runs with others is stopped first. */
export const START_SCRIPT = `${SHARED}
main() {
  check_directory
  [ -d "$dir/releases/$release" ] && [ -d "$dir/configs/$config" ] || fail "$dir has lost what was installed"
  take_lock
  find_server
  if [ -n "$pid" ] && [ "$running_release $running_config" = "$release $config" ]; then say pid "$pid"; exit 0; fi
  stop_server
  ln -sfn "releases/$release" "$dir/current"
  ln -sfn "configs/$config" "$dir/config"
  : >>"$log"
  from=$(($(wc -c <"$log") + 1))
  cd "$dir"
  detach=$(command -v setsid) || detach=
  $detach nohup "$node" "$dir/releases/$release/$entry" serve "$dir/configs/$config/config.txt" \\
    --host "$host" --data "$dir/data" </dev/null >>"$log" 2>&1 &
  server=$!
  printf '%s\\n' "$(start_of "$server")" "$release" "$config" "$from" >"$dir/run/serve.started"
  echo "$server" >"$dir/run/serve.pid"
  say pid "$server"
}`;

/** Waits until the server says that it is ready, for at most `limit` seconds. */
export const WAIT_SCRIPT = `${SHARED}
main() {
  until_s=$(($(date +%s) + limit))
  while find_server; do
    if [ -z "$pid" ]; then say state ended; tell_log "$log_from"; return 0; fi
    ready=$(ready_line)
    if [ -n "$ready" ]; then say state ready; say pid "$pid"; say ready "$ready"; return 0; fi
    if [ "$(date +%s)" -gt "$until_s" ]; then say state waiting; tell_log "$log_from"; return 0; fi
    nap
  done
}`;

/** Ends the server and waits until it is gone. Its data stays. */
export const STOP_SCRIPT = `${SHARED}
main() {
  check_directory
  [ -f "$marker" ] || { say was absent; return 0; }
  take_lock
  stop_server
}`;

/** Release, config, process and the ready line. */
export const STATUS_SCRIPT = `${SHARED}
main() {
  check_directory
  describe
}`;

/** The last lines of the server's output. */
export const LOGS_SCRIPT = `${SHARED}
main() {
  check_directory
  [ -f "$log" ] || fail "there is no log in $dir/run"
  tell_log 1
}`;
